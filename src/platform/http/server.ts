import { randomFillSync } from 'node:crypto';
import compress from '@fastify/compress';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type onSendHookHandler,
  type RouteOptions,
} from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { holdsCitizenId } from '../../domain/citizen-id.js';
import { problems } from '../../domain/problem.js';
import type { ReadWhole } from '../db/whole.js';
import { Admission, type AdmissionSettings } from './admission.js';
import { limitArrival } from './arrival.js';
import type { RequireMoment } from './as-of.js';
import { takeJsonBodies } from './body.js';
import { setCommonHeaders } from './common-headers.js';
import { Connections } from './connections.js';
import { allowOrigins, originHeaders } from './cross-origin.js';
import type { Cursors } from './cursor.js';
import type { KeptAnswers } from './idempotency.js';
import { prepareBodies } from './incoming-body.js';
import { type LimitSettings, setLimits } from './limits.js';
import { weakenTagsOfPacked } from './packed-tags.js';
import { Paths } from './paths.js';
import { believePrefixes } from './prefix.js';
import { answerRefusals, refuse } from './refusals.js';
import { logRefusal, RequestLog } from './request-log.js';
import { type Authenticate, type FindFeedPosition, prepareForOperations } from './serve.js';
import { shareAnswers } from './shared-answers.js';
import { requireSoundRequest } from './soundness.js';
import { leaveNoBody } from './unread-body.js';
import { takeForms, takeUploads, type UploadsSettings } from './uploads.js';

/** Answers of fewer bytes are sent as they are. */
const packedFrom = 1_024;

declare module 'fastify' {
  interface FastifyInstance {
    admission: Admission;
  }
}

/** How the HTTP side runs; sizes in bytes, times in milliseconds. */
export interface ServerSettings {
  log: Logger;
  bodyLimitBytes: number;
  requestTimeoutMs: number;
  uploads: UploadsSettings;
  corsOrigins: readonly string[];
  maxConnections: number;
  trustProxy: readonly string[];
  limits: LimitSettings;
  admission: Omit<AdmissionSettings, 'trustProxy'>;
  /** Checks every answer against its shape: on in tests, where a misfit fails; off in service, where it costs time. */
  strictAnswers: boolean;
  authenticate: Authenticate;
  cursors: Cursors;
  readWhole: ReadWhole;
  feedPosition: FindFeedPosition;
  requireMoment: RequireMoment;
  keptAnswers: KeptAnswers;
}

/** Makes the HTTP server with every convention that holds for all endpoints, and no endpoint yet. */
export async function makeServer(settings: ServerSettings): Promise<FastifyInstance> {
  const { corsOrigins, requestTimeoutMs } = settings;
  const connections = new Connections({
    most: settings.maxConnections,
    pauseMs: requestTimeoutMs,
    corsOrigins,
    onRefusal: (...refusal) => logRefusal(settings.log, ...refusal),
  });
  const requestLog = new RequestLog();
  const loggerInstance: FastifyBaseLogger = settings.log;
  const app = Fastify({
    loggerInstance,
    logController: requestLog,
    bodyLimit: settings.bodyLimitBytes,
    // Node's own limit holds for whole requests and would end a long upload, so the body's is kept by `limitArrival`.
    requestTimeout: 0,
    // A missing Host is refused by us, with a problem document.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 5_000, requireHostHeader: false },
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    routerOptions: { maxParamLength: 200 },
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    return503OnClosing: false,
    schemaController: { compilersFactory: compilers(settings.strictAnswers) },
    frameworkErrors: (error, request, reply) => {
      // No hook runs for an address that cannot be read, so what they would do is done here.
      setCommonHeaders(request, reply);
      reply.headers(originHeaders(request.headers.origin, corsOrigins));
      leaveNoBody(connections, request, reply);
      reply.raw.once('finish', () => requestLog.requestCompleted(null, request, reply));
      refuse(error, request, reply);
    },
    clientErrorHandler: (error, socket) => connections.refuse(error, socket),
  });
  admit(app, settings);
  connections.watch(app.server);
  const paths = new Paths(app);
  takeJsonBodies(app);
  takeForms(app);
  takeUploads(app, settings.uploads);
  answerRefusals(app, paths);
  app.addHook('onRequest', (request, reply, done) => {
    setCommonHeaders(request, reply);
    done();
  });
  believePrefixes(app, settings.trustProxy);
  // Before anything is refused, so that a page can read the refusal.
  await allowOrigins(app, corsOrigins);
  refuseUnsound(app, connections);
  limitArrival(app, requestTimeoutMs);
  prepareBodies(app, settings.bodyLimitBytes);
  shareAnswers(app);
  await app.register(compress, { threshold: packedFrom, encodings: ['gzip', 'identity'], globalDecompression: false });
  weakenTagsOfPacked(app, packedFrom);
  app.addHook('onRoute', tellNoLengthOfPacked);
  await setLimits(app, { ...settings.limits, log: settings.log });
  prepareForOperations(app, { ...settings, paths });
  return app;
}

/** Puts what decides when a request goes in before the framework. */
function admit(app: FastifyInstance, { admission, trustProxy }: ServerSettings): void {
  const callerOf = (authorization: string) => app.limits.callerOf(authorization);
  app.decorate('admission', new Admission(app.server, { ...admission, trustProxy }, callerOf));
}

/**
 * How Fastify writes what goes out: checked against its shape, or as it is. What comes in is checked by us, path, query and
 * body together; a step of Fastify's own would stop at the first. Both are given from the beginning, or it loads its own
 * compilers for nothing.
 */
function compilers(strictAnswers: boolean) {
  return {
    buildValidator: () => {
      throw new Error('A route has a schema of its input, which nothing would check it by.');
    },
    buildSerializer: () => (route: { schema?: unknown; method: string; url: string; httpStatus: string }) => {
      const { schema, ...place } = route;
      if (!strictAnswers) return (answer: unknown) => JSON.stringify(answer);
      if (!(schema instanceof z.ZodType))
        throw new Error(`${place.url} has a schema of its answer that is none of zod's.`);
      return serializerCompiler({ schema, ...place });
    },
  };
}

/** The framework's answer to HEAD has the length of what GET would send unpacked; whoever takes it packed is told none. */
function tellNoLengthOfPacked(route: RouteOptions): void {
  if (route.method !== 'HEAD') return;
  const own = route.onSend === undefined ? [] : [route.onSend].flat();
  const last: onSendHookHandler = ({ headers }, reply, payload, done) => {
    if ((headers['accept-encoding'] ?? 'identity') !== 'identity') reply.removeHeader('content-length');
    done(null, payload);
  };
  route.onSend = [...own, last];
}

/** A caller's own request id is taken when it is short and plain: anything else could forge log lines, or be a key. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^(?!.*prot_)[A-Za-z0-9._:-]{1,100}$/.test(given) && !holdsCitizenId(given)
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

/**
 * What is refused whatever it asks for. A connection that was open before closing begins can still send a request; an
 * answer in flight closes its connection, which keep-alive would hold open.
 */
function refuseUnsound(app: FastifyInstance, connections: Connections): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
    connections.close();
    app.admission.close();
  });
  app.addHook('onRequest', (request, reply, done) => {
    // Hooks that wait for nothing are no async functions: a promise for each of them is a tenth of a short request.
    if (connections.isOver(request.raw)) reply.hijack();
    else if (closing) throw problems.unavailable(shuttingDown);
    else if (connections.isOverfull(request.raw)) throw problems.unavailable(tooManyWaiting);
    else if (app.admission.isOverloaded(request.raw)) throw problems.unavailable(overloaded);
    else requireSoundRequest(request);
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    leaveNoBody(connections, request, reply);
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

const shuttingDown = {
  en: 'This node is shutting down; send the request to another one or again.',
  th: 'เครื่องนี้กำลังปิด โปรดส่งคำขอใหม่',
};

const overloaded = {
  en: 'Too many requests wait for their turn; try again later.',
  th: 'ขณะนี้มีคำขอรอดำเนินการอยู่มากเกินไป โปรดลองใหม่ภายหลัง',
};

const tooManyWaiting = {
  en: 'This connection has too many requests under way; read their answers first.',
  th: 'การเชื่อมต่อนี้มีคำขอที่รอคำตอบมากเกินไป โปรดรับคำตอบก่อนส่งคำขอต่อไป',
};
