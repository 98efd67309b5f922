import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { problems } from '../../domain/problem.js';
import { asRecord } from '../record-value.js';
import { type CachedDocument, keepDocument, sendDocument } from './cached-document.js';
import { namesTag, readTagCondition, valueOfTag } from './entity-tags.js';

/** Everything from here, and styles that the page sets itself; no `upgrade-insecure-requests`, so it works on a LAN. */
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "script-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** The browsable reference at /docs. Its files come with the package, so it needs no internet. */
export async function showDocs(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', lighten);
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy,
    theme: { title: 'Prot' },
    uiConfig: { docExpansion: 'none', deepLinking: true, persistAuthorization: true, validatorUrl: null },
  });
}

/** The plugin would write the contract anew for each caller, and read and pack its files for each. */
function lighten(route: RouteOptions): void {
  if (['/docs/json', '/docs/yaml'].includes(route.url)) {
    route.handler = (_request, reply) => reply.redirect('../openapi.json');
  }
  if (route.url === '/docs/static/*') route.handler = sendFile;
}

const directory = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');
const names = new Set(readdirSync(directory));
const kept = new Map<string, Promise<CachedDocument>>();

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

async function sendFile(request: FastifyRequest, reply: FastifyReply): Promise<Buffer | FastifyReply> {
  const name = String(asRecord(request.params)['*']);
  if (!names.has(name)) throw problems.pathNotFound(`/docs/static/${name}`);
  const file = await fileOf(name);
  reply.header('etag', file.etag);
  const condition = readTagCondition(request.headers['if-none-match'] ?? '');
  if (condition !== null && namesTag(condition, valueOfTag(file.etag))) return reply.code(304).send();
  return sendDocument(request, reply, file);
}

function fileOf(name: string): Promise<CachedDocument> {
  const type = types[extname(name)] ?? 'application/octet-stream';
  const file = kept.get(name) ?? readFile(join(directory, name)).then((bytes) => keepDocument(type, bytes));
  kept.set(name, file);
  return file;
}
