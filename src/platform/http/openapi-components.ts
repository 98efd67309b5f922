import type { OpenAPIV3_1 } from 'openapi-types';

type Json = Record<string, unknown>;
const place = '#/components/schemas/';

/**
 * Every component once: the generator writes each shape twice, `X` as it is answered and `XInput` as it is sent. Both
 * stay only where they really differ; else what is left has the name of the shape. Components that nothing refers to
 * are left out, but for those in `kept`.
 */
export function componentsOnce(document: OpenAPIV3_1.Document, kept: readonly string[]): OpenAPIV3_1.Document {
  const schemas = document.components?.schemas as Record<string, Json>;
  const used = usedSchemas(
    { ...document, components: { ...document.components, schemas: pick(schemas, kept) } },
    schemas,
  );
  for (const name of kept) used.add(name);
  const differing = differingSchemas(schemas, used);
  const nameOf = (name: string) => (differing.has(shapeName(name)) ? name : shapeName(name));
  const left = [...used].map((name): [string, Json | undefined] => [nameOf(name), schemas[name]]);
  const sorted = left.sort(([a], [b]) => (a < b ? -1 : 1));
  const whole = { ...document, components: { ...document.components, schemas: Object.fromEntries(sorted) } };
  const written = JSON.stringify(whole, (key, value) =>
    key === '$ref' && String(value).startsWith(place) ? place + nameOf(value.slice(place.length)) : value,
  );
  return withoutUnused(JSON.parse(written), written);
}

function shapeName(name: string): string {
  return name.replace(/Input$/, '');
}

/** The shapes that are sent otherwise than they are answered, themselves or in a part of them. */
function differingSchemas(schemas: Record<string, Json>, used: ReadonlySet<string>): Set<string> {
  const both = [...used].filter((name) => name !== shapeName(name) && used.has(shapeName(name))).map(shapeName);
  const text = (name: string) =>
    JSON.stringify(schemas[name], (key, value) => (key === '$ref' ? shapeName(value) : value));
  const differing = new Set(both.filter((name) => text(name) !== text(`${name}Input`)));
  for (let before = -1; before < differing.size; ) {
    before = differing.size;
    for (const name of both)
      if (referencesIn(schemas[name]).some((part) => differing.has(shapeName(part)))) differing.add(name);
  }
  return differing;
}

/** The schemas that a document refers to, directly or through others. */
function usedSchemas(document: unknown, schemas: Record<string, Json>): Set<string> {
  const used = new Set<string>();
  const visit = (node: unknown) => {
    for (const name of referencesIn(node)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(document);
  return used;
}

function referencesIn(node: unknown): string[] {
  const written = JSON.stringify(node ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return [...written].map(([, name]) => name ?? '');
}

function withoutUnused(document: OpenAPIV3_1.Document, written: string): OpenAPIV3_1.Document {
  const used = (kind: 'parameters' | 'headers') =>
    Object.fromEntries(
      Object.entries(document.components?.[kind] ?? {}).filter(([name]) =>
        written.includes(`"#/components/${kind}/${name}"`),
      ),
    );
  return {
    ...document,
    components: { ...document.components, parameters: used('parameters'), headers: used('headers') } as never,
  };
}

function pick(schemas: Record<string, Json>, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => names.includes(name)));
}
