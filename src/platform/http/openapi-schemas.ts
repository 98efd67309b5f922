import type { OpenAPIV3_1 } from 'openapi-types';
import { componentsOnce } from './openapi-components.js';

type Json = Record<string, unknown>;

/**
 * Makes the schemas of a contract plain for those who generate clients: a nullable value is `type: [x, "null"]` and not
 * an `anyOf` (a nullable component has to be one, of its reference and null), a choice of values is one `enum`, a whole
 * number says `integer`, patterns are those that every language reads alike, and each component stands once.
 */
export function plainSchemas(document: OpenAPIV3_1.Document, kept: readonly string[]): OpenAPIV3_1.Document {
  const { schemas, ...others } = document.components ?? {};
  const components = { ...others, schemas: withoutDefaults(schemas) };
  return componentsOnce(simplify({ ...document, components }) as OpenAPIV3_1.Document, kept);
}

/**
 * What a field of a body has when it is left out is said in words: of `default` openapi-typescript and others conclude
 * that the field is always there, and ask for it. In a query the keyword stays.
 */
function withoutDefaults(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDefaults);
  if (node === null || typeof node !== 'object') return node;
  const plain = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'examples' ? value : withoutDefaults(value)]),
  );
  if (!('default' in plain)) return plain;
  const { default: left, description, ...schema } = plain;
  const said = `Left out: \`${JSON.stringify(left)}\``;
  return { ...schema, description: description === undefined ? said : `${description}. ${said}` };
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
 * `\d` matches Thai digits in some languages. A pattern with Unicode classes breaks the generators and validators whose
 * regular expressions have none (Python's, or any without the `u` flag): such a shape says in its `contract` what every
 * language can read.
 */
function withPortablePattern(schema: Json): Json {
  const { pattern, ...rest } = schema;
  if (typeof pattern !== 'string') return schema;
  return pattern.includes('\\p{') ? rest : { ...schema, pattern: pattern.replaceAll('\\d', '[0-9]') };
}
