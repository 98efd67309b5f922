import { randomFillSync } from 'node:crypto';
import type { Socket } from 'node:net';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { problems } from '../../domain/problem.js';
import type { ReadWhole } from '../db/whole.js';
import { limitArrival } from './arrival.js';
import { takeJsonBodies } from './body.js';
import type { Cursors } from './cursor.js';
import { answerRefusals, refuse, refuseConnection } from './refusals.js';
import { RequestLog } from './request-log.js';
import { type Authenticate, prepareForOperations } from './serve.js';
import { takeUploads, type UploadsSettings } from './uploads.js';

/** Those that helmet sets, with its values. They are always the same, and working them out at each request cost as much
 * as the whole of routing. */
const securityHeaders = {
  'content-security-policy': "default-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** How the HTTP side runs; sizes in bytes, times in milliseconds. */
export interface ServerSettings {
  log: Logger;
  bodyLimitBytes: number;
  requestTimeoutMs: number;
  uploads: UploadsSettings;
  corsOrigins: readonly string[];
  trustProxy: readonly string[];
  /** Checks every answer against its shape: on in tests, where a misfit fails; off in service, where it costs time. */
  strictAnswers: boolean;
  authenticate: Authenticate;
  cursors: Cursors;
  readWhole: ReadWhole;
}

/** Makes the HTTP server with every convention that holds for all endpoints, and no endpoint yet. */
export async function makeServer(settings: ServerSettings): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: settings.log,
    logController: new RequestLog(),
    bodyLimit: settings.bodyLimitBytes,
    // Node's own limit holds for whole requests and would end a long upload, so the body's is kept by `limitArrival`.
    requestTimeout: 0,
    http: { headersTimeout: settings.requestTimeoutMs },
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    return503OnClosing: false,
    schemaController: { compilersFactory: compilers(settings.strictAnswers) as never },
    frameworkErrors: (error, request, reply) => {
      // No hook runs for an address that cannot be read, so what they would set is set here.
      setCommonHeaders(request as FastifyRequest, reply as FastifyReply);
      refuse(error, request as FastifyRequest, reply as FastifyReply);
    },
    clientErrorHandler: (error, socket) => refuseConnection(error, socket as never),
  }) as unknown as FastifyInstance;
  takeJsonBodies(app);
  takeUploads(app, settings.uploads);
  limitArrival(app, settings.requestTimeoutMs);
  answerRefusals(app);
  setHeadersOfEveryAnswer(app);
  refuseWhileClosing(app);
  await app.register(cors, {
    origin: settings.corsOrigins.length > 0 ? [...settings.corsOrigins] : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Link',
      'Location',
      'X-Request-Id',
      'Preference-Applied',
      'Retry-After',
      'Content-Disposition',
      'X-Snapshot-At',
    ],
    maxAge: 600,
  });
  await app.register(compress, { threshold: 1_024, encodings: ['gzip', 'identity'] });
  prepareForOperations(app, settings);
  return app;
}

/**
 * How Fastify checks what comes in and writes what goes out. Input is checked in one place for path, query and body
 * together; a step of Fastify's own would stop at the first. Given from the beginning, or it loads compilers for nothing.
 */
function compilers(strictAnswers: boolean): Record<string, () => unknown> {
  return {
    buildValidator: () => () => () => true,
    buildSerializer: () => (strictAnswers ? serializerCompiler : () => (answer: unknown) => JSON.stringify(answer)),
  };
}

/** A caller's own request id is taken when it is short and plain; anything else could forge log lines. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[A-Za-z0-9._:-]{1,100}$/.test(given)
    ? given
    : uuidv7({ random: randomBytesOfPool() });
}

const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/** Sixteen random bytes: asking the system for many at once costs a request a tenth of asking it each time. */
function randomBytesOfPool(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

function setHeadersOfEveryAnswer(app: FastifyInstance): void {
  // Hooks that wait for nothing are no async functions: a promise for each of them is a tenth of a short request.
  app.addHook('onRequest', (request, reply, done) => {
    setCommonHeaders(request, reply);
    requireReadableQuery(request.url);
    done();
  });
}

function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(securityHeaders);
  reply.header('x-request-id', request.id);
  // Answers depend on who asks, so nothing between us and the caller may keep them without asking us again.
  reply.header('cache-control', 'private, no-cache');
  reply.header('vary', 'Authorization, Accept, Accept-Language');
}

/** A broken percent-escape in the query would be read as if it were text, and a search for it would find nothing. */
function requireReadableQuery(url: string): void {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start)) return;
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch {
    throw problems.malformedRequest({
      en: 'The query has a broken percent-escape.',
      th: 'URL ส่วนหลังเครื่องหมาย ? เข้ารหัส (%) ไม่ถูกต้อง',
    });
  }
}

/**
 * Ends every connection soon after closing begins. One that was open before can still send a request: it is refused.
 * An answer in flight closes its connection, which keep-alive would hold open; a connection that never sent a byte, such
 * as a browser's preconnect or a load balancer's probe, is dropped.
 */
function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false;
  const connections = new Set<Socket>();
  app.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (!closing) return done();
    throw problems.unavailable({
      en: 'This node is shutting down; send the request to another one or again.',
      th: 'ระบบกำลังหยุดให้บริการชั่วคราว โปรดส่งใหม่อีกครั้ง',
    });
  });
}
