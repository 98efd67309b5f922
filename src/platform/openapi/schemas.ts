import { z } from 'zod';
import { componentRegistry, componentShapes } from '../http/components.js';
import type { Parameter, Schema } from './document-types.js';
import { plainSchema, referenceTo } from './plain.js';

/** Whether a shape is what clients send or what they are answered: a field with a default may be left out of the former. */
type Way = 'input' | 'output';

/** Writes zod shapes as schemas of one document. A shape with a name is written once, and referred to wherever it is used. */
export class Schemas {
  readonly #components = new Map<string, { written: string; schema: Schema }>();

  /** The schema of a body that clients send. */
  sent(shape: z.ZodType): Schema {
    return plainSchema(this.#write(shape, 'input'), 'words');
  }

  /** The schema of what clients are answered. */
  answered(shape: z.core.$ZodType): Schema {
    return plainSchema(this.#write(shape, 'output'), 'words');
  }

  /** The fields of a query or of a path, one parameter each. */
  parameters(place: 'query' | 'path', shape: z.ZodObject): Parameter[] {
    const { properties = {}, required = [] } = plainSchema(this.#write(shape, 'input'), 'keyword');
    return Object.entries(properties).map(([name, property]) => {
      const { description, examples, ...schema } = property === true || property === false ? {} : property;
      return {
        name,
        in: place,
        required: required.includes(name),
        ...(description !== undefined && { description }),
        schema,
        ...(examples !== undefined && { example: examples[0] }),
      };
    });
  }

  /**
   * A reference to a component by its name alone.
   * @throws Error when no shape has that name
   */
  reference(name: string): { $ref: string } {
    const shape = componentShapes.get(name);
    if (shape === undefined) throw new Error(`No shape is named ${name}; see \`component\` in components.ts.`);
    this.#write(shape, 'output');
    return referenceTo(name);
  }

  /** Every named shape that has been referred to, by its name. */
  components(): Record<string, Schema> {
    return Object.fromEntries([...this.#components].map(([name, { schema }]) => [name, schema]));
  }

  #write(shape: z.core.$ZodType, io: Way): Schema {
    const conversion = z.toJSONSchema(shape, { io, metadata: componentRegistry, override: sayMore });
    const { $schema, $defs = {}, ...schema } = conversion;
    for (const [name, definition] of Object.entries($defs)) this.#add(name, definition);
    return schema;
  }

  /** @throws Error when another shape has this name, or when the shape is not sent in the way in which it is answered */
  #add(name: string, definition: Schema): void {
    const written = JSON.stringify(definition);
    const before = this.#components.get(name);
    if (before === undefined) {
      this.#components.set(name, { written, schema: plainSchema(definition, 'words') });
    } else if (before.written !== written) {
      throw new Error(
        `${name} is two different things in the contract: what is sent and what is answered, or two shapes of the same ` +
          'name. Give each its own name.',
      );
    }
  }
}

const repeating = new Set(['uuid', 'date', 'date-time']);

/**
 * Adds to what zod writes what `.meta` says of a shape: zod keeps that in its global registry, and our components are in a
 * private one. `contract` in it is the schema that clients see in place of zod's: where what travels is not what the shape
 * begins with (`true` in a query is text on the wire and a boolean for a client), or where a rule of ours has a pattern
 * that every language can read.
 */
function sayMore({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Schema }): void {
  const { description, examples, contract, ...others } = z.globalRegistry.get(zodSchema) ?? {};
  if (contract !== undefined) {
    for (const keyword of Object.keys(jsonSchema)) delete jsonSchema[keyword];
    Object.assign(jsonSchema, contract);
  } else if (zodSchema._zod.def.type === 'string' && repeating.has(jsonSchema.format ?? '')) {
    // What zod writes for a format only says the format again, at length.
    delete jsonSchema.pattern;
  }
  if (description !== undefined) jsonSchema.description = description;
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  for (const [name, value] of Object.entries(others)) if (name.startsWith('x-')) jsonSchema[name] = value;
  // zod leaves out the default of what is made from text, although it is what a client gets that says nothing.
  if (zodSchema instanceof z.ZodDefault) jsonSchema.default = zodSchema.def.defaultValue;
}
