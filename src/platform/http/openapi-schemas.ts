import type { OpenAPIV3_1 } from 'openapi-types';
import { problemComponent } from './openapi-headers.js';

type Json = Record<string, unknown>;

/**
 * Makes the schemas of a contract plain for those who generate clients: a nullable value is `type: [x, "null"]` and not
 * an `anyOf`, a choice of values is one `enum`, a whole number says `integer`, and a component that the generator wrote
 * twice (`X` for answers, `XInput` for requests) stands once under its own name unless the two really differ. Components
 * that nothing refers to are left out.
 */
export function plainSchemas(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const simplified = simplify(document) as OpenAPIV3_1.Document;
  return withoutUnusedComponents(withComponentsOnce(simplified));
}

function simplify(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(simplify);
  if (node === null || typeof node !== 'object') return node;
  const plain = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, isData(key) ? value : simplify(value)]),
  );
  return withPortablePattern(withoutSafeBounds(nullable(integerLiteral(choice(plain)))));
}

/** Examples are data: what looks like a schema in them is not one. */
function isData(key: string): boolean {
  return key === 'example' || key === 'examples' || key === 'default';
}

/** `anyOf` of values, which is how zod writes a union of literals, as one `enum`. */
function choice(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const values = anyOf.map((option: Json) => ('const' in option ? [option.const] : option.enum));
  const [type, ...otherTypes] = new Set(anyOf.map((option: Json) => option.type));
  if (otherTypes.length > 0 || !values.every(Array.isArray)) return schema;
  return { type, enum: values.flat(), ...rest };
}

function nullable(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const some = anyOf.find((option: Json) => option.type !== 'null') as Json | undefined;
  if (some?.type === undefined || !anyOf.some((option: Json) => option.type === 'null')) return schema;
  const { const: only, ...others } = some;
  const values = Array.isArray(some.enum) ? some.enum : 'const' in some ? [only] : null;
  return { ...others, ...(values && { enum: [...values, null] }), type: [some.type, 'null'], ...rest };
}

/** zod writes the bounds of a double's whole numbers on every integer; they say nothing about ours. */
function withoutSafeBounds(schema: Json): Json {
  const { minimum, maximum, ...rest } = schema;
  if (schema.type !== 'integer' && !(Array.isArray(schema.type) && schema.type.includes('integer'))) return schema;
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

function integerLiteral(schema: Json): Json {
  const values = 'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : [];
  return schema.type === 'number' && values.length > 0 && values.every(Number.isInteger)
    ? { ...schema, type: 'integer' }
    : schema;
}

/**
 * A pattern with Unicode classes breaks the generators and validators
 * whose regular expressions have none (Python's, or any without the `u` flag); the description says such a rule.
 */
function withPortablePattern(schema: Json): Json {
  const { pattern, ...rest } = schema;
  if (typeof pattern !== 'string') return schema;
  return pattern.includes('\\p{') ? rest : schema;
}

function withComponentsOnce(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const schemas = { ...document.components?.schemas, Problem: problemComponent } as unknown as Record<string, Json>;
  const text = (value: unknown) => JSON.stringify(value);
  const used = usedComponents({ ...document, components: {} } as never, schemas);
  let written = text({ ...document, components: { ...document.components, schemas: pick(schemas, used) } });
  for (const name of used) {
    const own = name.replace(/Input$/, '');
    if (own === name) continue;
    const same = !used.has(own) || text(schemas[own]) === text(schemas[name]).replaceAll(`Input"`, '"');
    if (!same) continue;
    written = written.replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${own}"`);
    const parsed = JSON.parse(written);
    parsed.components.schemas[own] ??= parsed.components.schemas[name];
    delete parsed.components.schemas[name];
    written = text(parsed);
  }
  const result = JSON.parse(written);
  result.components.schemas = Object.fromEntries(Object.entries(result.components.schemas).sort());
  return result;
}

function withoutUnusedComponents(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const written = JSON.stringify(document);
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

function pick(schemas: Record<string, Json>, names: ReadonlySet<string>): Record<string, Json> {
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => names.has(name)));
}

/** The components that the operations refer to, directly or through others. */
function usedComponents(document: Json, schemas: Record<string, Json>): Set<string> {
  const used = new Set<string>();
  const visit = (node: unknown) => {
    for (const [, name] of JSON.stringify(node ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(document);
  return used;
}
