import type { Schema } from './document-types.js';

type Part = Schema | boolean;

/**
 * The schema that zod wrote, as those who generate clients can use it: a nullable value is `type: [x, "null"]` and not an
 * `anyOf` (a nullable component has to be one, of its reference and null), a choice of values is one `enum`, a whole number
 * says `integer`, and patterns are those that every language reads alike. `defaults` says how a default is written: as
 * `keyword`, or in `words`.
 */
export function plainSchema(schema: Schema, defaults: 'keyword' | 'words'): Schema {
  const plain = (part: Schema) => plainSchema(part, defaults);
  const written = withParts(schema, plain);
  const said = defaults === 'words' ? withDefaultInWords(written) : written;
  return withPortablePattern(withoutSafeBounds(nullable(integerLiteral(choice(withReference(said))))));
}

/** Where a component with this name stands in the document. */
export function referenceTo(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** zod gathers the shapes with names under `$defs`; here they are components. */
function withReference(schema: Schema): Schema {
  const [, name] = schema.$ref?.split('#/$defs/') ?? [];
  return name === undefined ? schema : { ...schema, ...referenceTo(name) };
}

/** The same schema with each of the schemas in it changed. What examples and defaults hold is data and stays as it is. */
function withParts(schema: Schema, change: (part: Schema) => Schema): Schema {
  const one = (part: Part): Part => (typeof part === 'boolean' ? part : change(part));
  const { properties, items, additionalProperties, propertyNames, anyOf, oneOf, allOf, prefixItems } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapValues(properties, one) }),
    ...(items !== undefined && { items: Array.isArray(items) ? items.map(one) : one(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: one(additionalProperties) }),
    ...(propertyNames !== undefined && { propertyNames: one(propertyNames) }),
    ...(anyOf && { anyOf: anyOf.map(change) }),
    ...(oneOf && { oneOf: oneOf.map(change) }),
    ...(allOf && { allOf: allOf.map(change) }),
    ...(prefixItems && { prefixItems: prefixItems.map(one) }),
  };
}

function mapValues<Value>(record: Record<string, Value>, change: (value: Value) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/**
 * What a field of a body has when it is left out is said in words: of `default` openapi-typescript and others conclude
 * that the field is always there, and ask for it. In a query the keyword stays.
 */
function withDefaultInWords(schema: Schema): Schema {
  if (!('default' in schema)) return schema;
  const { default: left, description, ...rest } = schema;
  const said = `Left out: \`${JSON.stringify(left)}\``;
  return { ...rest, description: description === undefined ? said : `${description}. ${said}` };
}

/** `anyOf` of values, which is how zod writes a union of literals, as one `enum`. */
function choice(schema: Schema): Schema {
  const { anyOf, ...rest } = schema;
  const [first, ...others] = anyOf ?? [];
  if (first?.type === undefined || others.some(({ type }) => type !== first.type)) return schema;
  const values = [first, ...others].map(valuesOf);
  return values.includes(null) ? schema : { type: first.type, enum: values.flatMap((some) => some ?? []), ...rest };
}

/** The values that a schema lists; null when it lists none. */
function valuesOf(schema: Schema): NonNullable<Schema['enum']> | null {
  return schema.const === undefined ? (schema.enum ?? null) : [schema.const];
}

function nullable(schema: Schema): Schema {
  const { anyOf, ...rest } = schema;
  if (anyOf?.length !== 2 || !anyOf.some(({ type }) => type === 'null')) return schema;
  const some = anyOf.find(({ type }) => type !== 'null');
  if (typeof some?.type !== 'string') return schema;
  const { const: _only, ...others } = some;
  const values = valuesOf(some);
  return { ...others, ...(values && { enum: [...values, null] }), type: [some.type, 'null'], ...rest };
}

/** zod writes the bounds of a double's whole numbers on every integer; they say nothing about ours. */
function withoutSafeBounds(schema: Schema): Schema {
  const { minimum, maximum, ...rest } = schema;
  if (![schema.type].flat().includes('integer')) return schema;
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

function integerLiteral(schema: Schema): Schema {
  const values = valuesOf(schema) ?? [];
  return schema.type === 'number' && values.length > 0 && values.every(Number.isInteger)
    ? { ...schema, type: 'integer' }
    : schema;
}

/**
 * `\d` matches Thai digits in some languages. A pattern with Unicode classes breaks the generators and validators whose
 * regular expressions have none (Python's, or any without the `u` flag): such a shape says in its `contract` what every
 * language can read.
 */
function withPortablePattern(schema: Schema): Schema {
  const { pattern, ...rest } = schema;
  if (pattern === undefined) return schema;
  return pattern.includes('\\p{') ? rest : { ...schema, pattern: pattern.replaceAll('\\d', '[0-9]') };
}
