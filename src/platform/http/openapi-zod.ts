import { z } from 'zod';

interface Conversion {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}

const repeating = new Set(['uuid', 'date', 'date-time']);

/**
 * How zod writes a shape into the contract. Our components live in a private registry, so what `.meta` says of the
 * shapes inside them, which zod keeps in its global one, has to be brought along.
 */
export const zodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }: Conversion): void => {
    const { description, examples, pattern } = z.globalRegistry.get(zodSchema) ?? {};
    if (description !== undefined) jsonSchema.description = description;
    if (examples !== undefined) jsonSchema.examples = examples as unknown[];
    // What zod writes for a format only says the format again, at length; what a shape of ours says bounds it.
    if (zodSchema._zod.def.type === 'string' && repeating.has(jsonSchema.format ?? '')) {
      delete jsonSchema.pattern;
      delete jsonSchema.allOf;
      if (typeof pattern === 'string') jsonSchema.pattern = pattern;
    }
  },
};
