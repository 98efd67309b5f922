import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { componentRegistry } from './components.js';
import { finishContract } from './openapi-finish.js';
import { zodToJsonConfig } from './openapi-zod.js';

/** Title, texts and tags of the contract. */
export interface ContractHead {
  title: string;
  version: string;
  description: string;
  tags: readonly { name: string; description: string }[];
  /** Who runs this service, for those who call it. */
  contact: { name: string; email: string; url: string };
}

/** Collects the contract from every operation that is served after this. */
export async function collectContract(app: FastifyInstance, head: ContractHead): Promise<void> {
  const schemaRegistry = componentRegistry;
  const withComponents = createJsonSchemaTransformObject({ schemaRegistry, zodToJsonConfig });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: head.title,
        version: head.version,
        description: head.description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        contact: head.contact,
      },
      servers: [{ url: '/', description: 'The service that gave this document' }],
      tags: [...head.tags],
    } as never,
    transform: createJsonSchemaTransform({ schemaRegistry, zodToJsonConfig }) as never,
    transformObject: (document) =>
      finishContract(withComponents(document) as OpenAPIV3_1.Document, app.operations) as never,
  });
}
