import type { OutgoingMessage } from '../http/operation.js';
import type { MessageObject, OpenApiDocument } from './document-types.js';
import type { Schemas } from './schemas.js';

/** The messages of the service as OpenAPI has them: each a webhook, with its headers, its body and what the receiver answers. */
export function webhooksOf(
  messages: readonly OutgoingMessage[],
  schemas: Schemas,
): NonNullable<OpenApiDocument['webhooks']> {
  return Object.fromEntries(messages.map((message) => [message.name, { post: messageObject(message, schemas) }]));
}

function messageObject(message: OutgoingMessage, schemas: Schemas): MessageObject {
  const { name, summary, tag, description, headers, body, example, answers } = message;
  const schema = schemas.answered(body);
  return {
    operationId: name,
    summary,
    tags: [tag],
    description,
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    parameters: Object.entries(headers).map(([header, said]) => ({
      name: header,
      in: 'header',
      required: true,
      description: said.description,
      schema: schemas.answered(said.shape),
      example: said.example,
    })),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, meaning]) => [status, { description: meaning, headers: {} }]),
    ),
    security: [],
  };
}
