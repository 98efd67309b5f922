import type { z } from 'zod';

/** A JSON Schema (draft 2020-12), which is what OpenAPI 3.1 has for the shape of a value. */
export type Schema = z.core.JSONSchema.JSONSchema;

export interface Reference {
  $ref: string;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Schema;
  example?: unknown;
}

export interface Header {
  description: string;
  schema: Schema;
}

export interface Media {
  schema: Schema;
  example?: unknown;
  /** What a line of a file is; OpenAPI 3.2 has it as `itemSchema`. */
  'x-itemSchema'?: Schema;
}

/** What is sent or answered, by its media type. */
export type Content = Record<string, Media>;

export interface Response {
  description: string;
  headers: Record<string, Reference>;
  content?: Content;
}

/** One operation as it stands under its path and method. */
export interface OperationObject {
  operationId: string;
  summary: string;
  tags: string[];
  description: string;
  requestBody?: { required: true; content: Content };
  parameters: (Parameter | Reference)[];
  /** By HTTP status. */
  responses: Record<string, Response>;
  /** What may be sent, one of them. */
  security: Record<string, string[]>[];
  'x-permission'?: string;
}

/** A message that the service sends: the request of a webhook, and what its receiver may answer. */
export type MessageObject = Pick<
  OperationObject,
  'operationId' | 'summary' | 'tags' | 'description' | 'requestBody' | 'parameters' | 'responses' | 'security'
>;

/** Title, texts and tags of the contract. */
export interface ContractHead {
  title: string;
  version: string;
  description: string;
  tags: readonly { name: string; description: string }[];
  /** Who runs this service, for those who call it. */
  contact: { name: string; email: string; url: string };
}

/** An OpenAPI 3.1 document, as far as we write one. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: Omit<ContractHead, 'tags'> & { license: { name: string; identifier: string } };
  components: {
    securitySchemes: Record<string, { type: 'http'; scheme: 'bearer'; bearerFormat?: string; description: string }>;
    parameters: Record<string, Parameter>;
    headers: Record<string, Header>;
    schemas: Record<string, Schema>;
  };
  /** By path, then by method in small letters. */
  paths: Record<string, Record<string, OperationObject>>;
  /** What the service sends of itself, by its name. */
  webhooks?: Record<string, { post: MessageObject }>;
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
}
