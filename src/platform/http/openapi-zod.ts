import { z } from 'zod';

interface Conversion {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}

const repeating = new Set(['uuid', 'date', 'date-time']);

/**
 * How zod writes a shape into the contract. Our components live in a private registry, so what `.meta` says of the
 * shapes inside them, which zod keeps in its global one, has to be brought along. `contract` in it is the schema that
 * clients see in place of zod's: where what travels is not what the shape begins with (`true` in a query is text on the
 * wire and a boolean for a client), or where a rule of ours has a pattern that every language can read.
 */
export const zodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }: Conversion): void => {
    const { description, examples, contract } = z.globalRegistry.get(zodSchema) ?? {};
    if (contract !== undefined) {
      for (const keyword of Object.keys(jsonSchema)) delete jsonSchema[keyword];
      Object.assign(jsonSchema, contract);
    } else if (zodSchema._zod.def.type === 'string' && repeating.has(jsonSchema.format ?? '')) {
      // What zod writes for a format only says the format again, at length.
      delete jsonSchema.pattern;
    }
    if (description !== undefined) jsonSchema.description = description;
    if (examples !== undefined) jsonSchema.examples = examples as unknown[];
    // zod leaves out the default of what is made from text, although it is what a client gets that says nothing.
    if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
  },
};
