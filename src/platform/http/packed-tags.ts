import type { FastifyInstance, onSendHookHandler } from 'fastify';
import { wantsGzip } from './cached-document.js';

/**
 * A strong ETag stands for bytes, and packed they are others (RFC 9110, 8.8.3.3): the tag of an answer that is packed on
 * its way is made weak, as proxies do. To be registered after the plugin that packs.
 * @param threshold size in bytes from which that plugin packs
 */
export function weakenTagsOfPacked(app: FastifyInstance, threshold: number): void {
  const last: onSendHookHandler = (request, reply, payload, done) => {
    const etag = reply.getHeader('etag');
    if (typeof etag === 'string' && etag.startsWith('"')) {
      // The answer to HEAD has nothing to pack: it goes by the length of what GET would send.
      const length = request.method === 'HEAD' && wantsGzip(request) ? Number(reply.getHeader('content-length')) : 0;
      if (reply.hasHeader('content-encoding') || length >= threshold) reply.header('etag', `W/${etag}`);
    }
    done(null, payload);
  };
  app.addHook('onRoute', (route) => {
    route.onSend = [...(route.onSend === undefined ? [] : [route.onSend].flat()), last];
  });
}
