import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { OutgoingMessage } from '../http/operation.js';
import { openApiDocument } from './document.js';
import type { ContractHead } from './document-types.js';

/** Publishes the contract of what is served, as `app.swagger()`. It is made when it is first asked for. */
export async function publishContract(
  app: FastifyInstance,
  head: ContractHead,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  // The plugin's types know less of OpenAPI 3.1 than it takes; what is published is JSON.
  const document = () => JSON.parse(JSON.stringify(openApiDocument(head, app.operations, messages)));
  // In its static mode the plugin would have the document at every start, which takes longer than all the routes.
  await app.register(swagger, { openapi: {}, transformObject: document });
}
