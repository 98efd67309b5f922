import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseConnection } from './refusals.js';
import { isUploadType } from './uploads.js';

/** Ends a request whose body does not arrive: a file when it stands still for this long, any other when it takes longer. */
export function limitArrival(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw, headers } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && !raw.complete && raw.socket?.writable) {
      const limit = isUploadType(headers['content-type']) ? limitPauses : limitWhole;
      limit(request, reply, timeoutMs);
    }
    done();
  });
}

function limitWhole({ raw }: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  const { socket } = raw;
  const timer = setTimeout(() => {
    if (!raw.complete) end(socket, reply);
  }, timeoutMs);
  timer.unref();
  const stop = () => clearTimeout(timer);
  raw.once('end', stop).once('close', stop);
}

/** Node says nothing to a connection that stands still, and ends it itself unless somebody listens to the request. */
function limitPauses({ raw }: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  const { socket } = raw;
  raw.setTimeout(timeoutMs, () => end(socket, reply));
  raw.once('close', () => socket.setTimeout(0));
}

/** Whoever has its answer already, such as a refusal of its key, gets no second one. */
function end(socket: FastifyRequest['raw']['socket'], { raw: { headersSent } }: FastifyReply): void {
  if (headersSent) socket.destroy();
  else refuseConnection({ name: '', message: '', code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket);
}
