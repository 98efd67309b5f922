import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../../domain/problem.js';
import { hasBody } from './unread-body.js';
import { isUploadType } from './uploads.js';

/** Ends a request whose body does not arrive: a file when it stands still for this long, any other when it takes longer. */
export function limitArrival(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw, headers } = request;
    if (hasBody(headers) && !raw.complete && raw.socket?.writable) {
      const limit = isUploadType(headers['content-type']) ? limitPauses : limitWhole;
      limit(request, reply, timeoutMs);
    }
    done();
  });
}

function limitWhole({ raw }: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  const { socket } = raw;
  const timer = setTimeout(() => {
    if (!raw.complete) end(raw, socket, reply);
  }, timeoutMs);
  timer.unref();
  const stop = () => clearTimeout(timer);
  raw.once('end', stop).once('close', stop);
}

/** Node says nothing to a connection that stands still, and ends it itself unless somebody listens to the request. */
function limitPauses({ raw }: FastifyRequest, reply: FastifyReply, timeoutMs: number): void {
  const { socket } = raw;
  raw.setTimeout(timeoutMs, () => end(raw, socket, reply));
  raw.once('close', () => socket.setTimeout(0));
}

/** Whoever has its answer already, such as a refusal of its key, gets no second one. */
function end(raw: FastifyRequest['raw'], socket: Socket, reply: FastifyReply): void {
  if (reply.sent || reply.raw.headersSent) socket.destroy();
  // Whoever reads the body learns it first and gives up what it holds; destroying the request would end the connection.
  else if (raw.listenerCount('error') > 0) raw.emit('error', problems.requestTimeout());
  else reply.send(problems.requestTimeout());
}
