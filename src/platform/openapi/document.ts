import type { Operation, OutgoingMessage } from '../http/operation.js';
import type { ContractHead, OpenApiDocument, OperationObject } from './document-types.js';
import { answerHeaders, headerParameters, headerParametersOf } from './headers.js';
import { webhooksOf } from './message-object.js';
import { operationObject } from './operation-object.js';
import { problemSchemas } from './problems.js';
import { Schemas } from './schemas.js';

/**
 * The contract of these operations, in their order, and of what is sent to receivers, as an OpenAPI document. It reads nothing but its arguments and the
 * shapes that have a name (`component`), so the same operations always give the same document.
 * @throws Error when a name stands for two different shapes, or for none
 */
export function openApiDocument(
  head: ContractHead,
  operations: readonly Operation[],
  messages: readonly OutgoingMessage[] = [],
): OpenApiDocument {
  const { tags, ...info } = head;
  const schemas = new Schemas();
  const paths = pathsOf(operations, schemas);
  const webhooks = webhooksOf(messages, schemas);
  const parameters = headerParameters(schemas);
  const problems = problemSchemas(operations, schemas);
  const written = Object.values(paths).flatMap((methods) => Object.values(methods));
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: info.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: info.contact,
    },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer prot_...`' },
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token (RFC 9068, or as Keycloak and Entra send them) of an identity provider that the operator has set up: `Authorization: Bearer eyJ...`',
        },
      },
      parameters: only(parameters, operations.flatMap(headerParametersOf)),
      headers: only(answerHeaders, written.flatMap(headerNamesIn)),
      schemas: sorted({ ...schemas.components(), ...problems }),
    },
    paths,
    ...(messages.length > 0 && { webhooks }),
    servers: [{ url: '/', description: 'The service that gave this document' }],
    tags: [...tags],
  };
}

function pathsOf(operations: readonly Operation[], schemas: Schemas): OpenApiDocument['paths'] {
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(operation, schemas) };
  }
  return paths;
}

function headerNamesIn({ responses }: OperationObject): string[] {
  return Object.values(responses).flatMap(({ headers }) => Object.keys(headers));
}

function only<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  const used = new Set(names);
  return Object.fromEntries(Object.entries(record).filter(([name]) => used.has(name)));
}

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
