import { isForFiles, type Operation } from '../http/operation.js';
import { statusOf } from '../http/problem-response.js';
import { answerContent, bodyContent, filesNote, problemContent } from './content.js';
import type { OperationObject, Parameter, Response } from './document-types.js';
import { headerParametersOf, headersOf } from './headers.js';
import { refusalsOf } from './problems.js';
import type { Schemas } from './schemas.js';

/** What only files know. Where pages or single records are shown, it would be refused. */
const ofFiles = new Set(['bom', 'dryRun', 'onError', 'calendar', 'restore']);

/** An operation as OpenAPI has it: its permission, parameters and body, every answer and every refusal with its codes. */
export function operationObject(operation: Operation, schemas: Schemas): OperationObject {
  const { operationId, summary, tag, description, permission } = operation;
  const content = bodyContent(operation, schemas);
  const headerParameters = headerParametersOf(operation).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  return {
    operationId,
    summary,
    tags: [tag],
    description: `${description}${filesNote(operation)}`,
    ...(content && { requestBody: { required: true, content } }),
    parameters: [...inputParameters(operation, schemas), ...headerParameters],
    responses: { ...successes(operation, schemas), ...refusals(operation) },
    security: permission === 'public' ? [] : [{ apiKey: [] }, { accessToken: [] }],
    ...(permission !== 'public' && permission !== 'signed-in' && { 'x-permission': permission }),
  };
}

/** The parameters of the path and of the query; a shape with a name is referred to, and keeps what is said of it here. */
function inputParameters(operation: Operation, schemas: Schemas): Parameter[] {
  const inQuery = schemas.parameters('query', operation.query);
  return [
    ...schemas.parameters('path', operation.params),
    ...inQuery.filter(({ name }) => isForFiles(operation) || !ofFiles.has(name)),
  ];
}

function successes(operation: Operation, schemas: Schemas): Record<string, Response> {
  const { answer, method, versioning } = operation;
  const content = answerContent(operation, schemas);
  const success = (status: number, description: string): Response => ({
    description,
    headers: headerReferences(operation, status),
    ...(content && { content }),
  });
  return {
    [answer.status]: success(answer.status, answer.description),
    ...(answer.orCreated && { 201: success(201, 'It did not exist and was made.') }),
    ...(method === 'GET' &&
      (versioning === 'gives' || operation.asOf === true) && {
        304: { description: 'The caller has this answer already.', headers: headerReferences(operation, 304) },
      }),
  };
}

function refusals(operation: Operation): Record<string, Response> {
  const codesByStatus = new Map<number, Set<string>>();
  for (const { code, kind } of refusalsOf(operation)) {
    const codes = codesByStatus.get(statusOf[kind]) ?? new Set();
    codesByStatus.set(statusOf[kind], codes.add(code));
  }
  const responses = [...codesByStatus].map(([status, codes]): [number, Response] => [
    status,
    {
      description: `Refused: ${[...codes].map((code) => `\`${code}\``).join(', ')}.`,
      headers: headerReferences(operation, status),
      content: problemContent(operation),
    },
  ]);
  return Object.fromEntries(responses);
}

function headerReferences(operation: Operation, status: number): Response['headers'] {
  return Object.fromEntries(
    headersOf(operation, status).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}
