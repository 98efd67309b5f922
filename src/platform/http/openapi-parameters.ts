import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { componentRegistry } from './components.js';
import { zodToJsonConfig } from './openapi-zod.js';
import { isForFiles, type Operation } from './operation.js';

type Parameter = OpenAPIV3_1.ParameterObject;

/** What only files know. Where pages or single records are shown, it would be refused. */
const ofFiles = new Set(['bom', 'dryRun', 'onError', 'calendar', 'restore']);

/** The parameters of the path and of the query; a shape with a name is referred to, and keeps what is said of it here. */
export function inputParametersOf(operation: Operation): Parameter[] {
  const { params, query } = operation;
  const inQuery = parametersIn('query', query).filter(({ name }) => isForFiles(operation) || !ofFiles.has(name));
  return [...parametersIn('path', params), ...inQuery];
}

function parametersIn(place: 'path' | 'query', shape: z.ZodObject): Parameter[] {
  const { properties = {}, required = [] } = writtenInput(shape);
  return Object.entries(properties).map(([name, written]) => {
    const { description, examples, ...schema } = written as z.core.JSONSchema.JSONSchema;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: schema as NonNullable<Parameter['schema']>,
      ...(examples !== undefined && { example: (examples as unknown[])[0] }),
    };
  });
}

/** zod gathers the shapes with names under `$defs`; here they are components. */
function writtenInput(shape: z.ZodObject): z.core.JSONSchema.BaseSchema {
  const { $defs, ...written } = z.toJSONSchema(shape, { ...zodToJsonConfig, io: 'input', metadata: componentRegistry });
  return JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
