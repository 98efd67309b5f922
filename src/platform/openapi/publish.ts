import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './document.js';
import type { ContractHead } from './document-types.js';

/** Publishes the contract of the operations that are served by now, as `app.swagger()`. */
export async function publishContract(app: FastifyInstance, head: ContractHead): Promise<void> {
  // The plugin's types know OpenAPI 3.0 alone; it takes any document, and what is published is JSON.
  const document = JSON.parse(JSON.stringify(openApiDocument(head, app.operations)));
  await app.register(swagger, { mode: 'static', specification: { document } });
}
