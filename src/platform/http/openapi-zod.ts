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
    const { description, examples } = z.globalRegistry.get(zodSchema) ?? {};
    if (description !== undefined) jsonSchema.description = description;
    if (examples !== undefined) jsonSchema.examples = examples as unknown[];
  },
};
