import { z } from 'zod';

interface Conversion {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}

/**
 * How zod writes a shape into the contract. Our components live in a private registry, so what `.meta` says of the
 * shapes inside them, which zod keeps in its global one, has to be brought along.
 */
export const zodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }: Conversion): void => {
    const target = targetOfCoercion(zodSchema);
    if (target !== null) replace(jsonSchema, z.toJSONSchema(target, { io: 'input' }));
    const { description, examples } = z.globalRegistry.get(zodSchema) ?? {};
    if (description !== undefined) jsonSchema.description = description;
    if (examples !== undefined) jsonSchema.examples = examples as unknown[];
  },
};

/** `z.coerce.number().pipe(level)` reads any text as a number and then accepts levels only: clients need the levels. */
function targetOfCoercion({ _zod: { def } }: z.core.$ZodTypes): z.core.$ZodType | null {
  if (def.type !== 'pipe') return null;
  return 'coerce' in def.in._zod.def && def.in._zod.def.coerce === true ? def.out : null;
}

function replace(schema: z.core.JSONSchema.BaseSchema, by: z.core.JSONSchema.BaseSchema): void {
  const { $schema, ...content } = by;
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, content);
}
