import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { refuseConnection } from './refusals.js';
import { isUploadType } from './uploads.js';

/** Ends a request whose body, other than a file's, has not arrived in time. */
export function limitArrival(app: FastifyInstance, timeoutMs: number): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw, headers } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && !isUploadType(headers['content-type']) && !raw.complete && raw.socket?.writable) limit(raw);
    done();
  });

  function limit(raw: IncomingMessage): void {
    const timer = setTimeout(() => {
      if (!raw.complete) refuseConnection({ name: '', message: '', code: 'ERR_HTTP_REQUEST_TIMEOUT' }, raw.socket);
    }, timeoutMs);
    timer.unref();
    const stop = () => clearTimeout(timer);
    raw.once('end', stop).once('close', stop);
  }
}
