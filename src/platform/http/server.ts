import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { problems } from '../../domain/problem.js';
import { takeJsonBodies } from './body.js';
import type { Cursors } from './cursor.js';
import { answerRefusals, refuse, refuseConnection } from './refusals.js';
import { type Authenticate, prepareForOperations } from './serve.js';

/** How the HTTP side runs; sizes in bytes, times in milliseconds. */
export interface ServerSettings {
  log: Logger;
  bodyLimitBytes: number;
  requestTimeoutMs: number;
  corsOrigins: readonly string[];
  trustProxy: readonly string[];
  /** Checks every answer against its shape: on in tests, where a misfit fails; off in service, where it costs time. */
  strictAnswers: boolean;
  authenticate: Authenticate;
  cursors: Cursors;
}

/** Makes the HTTP server with every convention that holds for all endpoints, and no endpoint yet. */
export async function makeServer(settings: ServerSettings): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: settings.log,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: settings.requestTimeoutMs,
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket as never),
  }) as unknown as FastifyInstance;
  app.setSerializerCompiler(
    settings.strictAnswers ? (serializerCompiler as never) : () => (answer) => JSON.stringify(answer),
  );
  takeJsonBodies(app);
  answerRefusals(app);
  echoRequestId(app);
  refuseWhileClosing(app);
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] }, useDefaults: false } });
  await app.register(cors, {
    origin: settings.corsOrigins.length > 0 ? [...settings.corsOrigins] : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: ['ETag', 'Link', 'Location', 'X-Request-Id', 'Preference-Applied', 'Retry-After'],
    maxAge: 600,
  });
  await app.register(compress, { threshold: 1_024, encodings: ['gzip', 'identity'] });
  prepareForOperations(app, settings.authenticate, settings.cursors);
  return app;
}

/** A caller's own request id is taken when it is short and plain; anything else could forge log lines. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,100}$/.test(given) ? given : uuidv7();
}

function echoRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Answers depend on who asks, so nothing between us and the caller may keep them without asking us again.
    reply.header('cache-control', 'private, no-cache');
    reply.header('vary', 'Authorization, Accept, Accept-Language');
  });
}

/** A connection that was open before SIGTERM can still send a request; it is refused and the connection closed. */
function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!closing) return;
    reply.header('connection', 'close');
    throw problems.unavailable({
      en: 'This node is shutting down; send the request to another one or again.',
      th: 'เครื่องนี้กำลังปิด โปรดส่งคำขอใหม่',
    });
  });
}
