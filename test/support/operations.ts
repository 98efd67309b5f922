import type { OpenAPIV3_1 } from 'openapi-types';
import type { Operation } from '../../src/platform/http/operation.js';
import type { Call } from './client.js';
import type { Contract } from './contract-check.js';

/** The operation as it is written in the contract. */
export function writtenOperation({ document }: Contract, { path, method }: Operation): OpenAPIV3_1.OperationObject {
  const written = document.paths?.[path]?.[method.toLowerCase() as 'get'];
  if (written === undefined) throw new Error(`${method} ${path} is served and not in the contract.`);
  return written;
}

/** Whether an operation reads, and its answer comes to an end. */
export function reads({ method, answer }: Operation): boolean {
  return method === 'GET' && answer.mediaType !== 'text/event-stream';
}

/**
 * A well-formed request of an operation, about a record that does not exist: path parameters are the examples of the
 * contract, the body is the example body.
 */
export function sampleCall(contract: Contract, operation: Operation): Call {
  const parameters = (writtenOperation(contract, operation).parameters ?? []) as OpenAPIV3_1.ParameterObject[];
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(exampleOf(parameters.find((parameter) => parameter.in === 'path' && parameter.name === name))),
  );
  return {
    method: operation.method,
    path,
    ...(operation.body === null || operation.form ? {} : { body: operation.bodyExample }),
    ...(operation.form
      ? {
          payload: new URLSearchParams(operation.bodyExample as Record<string, string>).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }
      : {}),
    ...(operation.body === null && operation.bulk !== undefined
      ? { payload: operation.bulk.examples.ndjson, headers: { 'content-type': 'application/x-ndjson' } }
      : {}),
  };
}

function exampleOf(parameter: OpenAPIV3_1.ParameterObject | undefined): string {
  const { type, format, examples } = (parameter?.schema ?? {}) as OpenAPIV3_1.NonArraySchemaObject;
  const byFormat: Record<string, string> = { uuid: '01936d5e-6f70-7c3a-9c55-0242ac120002', date: '2012-04-12' };
  const byType = type === 'number' || type === 'integer' ? '2' : 'x';
  return String(parameter?.example ?? examples?.[0] ?? byFormat[format ?? ''] ?? byType);
}
