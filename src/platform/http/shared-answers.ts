import type { FastifyInstance, FastifyReply } from 'fastify';
import { exposedHeaders } from './cross-origin.js';
import type { Operation, SharedFor } from './operation.js';

/** Whoever keeps an answer may go on giving it while it asks again, and while we do not answer. */
const staleWhileAsked = 60;
const staleIfDown = 86_400;

/**
 * Says of answers that are the same for everybody that they are: shared caches keep them, also where a key was sent along
 * (RFC 9111, 3.5), and pages of any origin read them. A refusal is not kept: what is not there may be there tomorrow.
 */
export function shareAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { operation } = request.routeOptions.config;
    if (operation?.shared !== undefined) setHeaders(reply, operation, operation.shared);
    done(null, payload);
  });
}

function setHeaders(reply: FastifyReply, operation: Operation, shared: SharedFor): void {
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': exposedHeaders.join(', '),
    'cross-origin-resource-policy': 'cross-origin',
  });
  const isRefused = reply.statusCode >= 400;
  reply.header('vary', variesBy(operation, isRefused).join(', '));
  if (isRefused) return;
  reply.header('cache-control', cacheControl(shared));
  // What is of one request, or left to one caller, is nothing that a cache may tell another.
  for (const name of ['x-request-id', 'ratelimit', 'ratelimit-policy']) reply.removeHeader(name);
}

function cacheControl({ browsers, caches }: SharedFor): string {
  return `public, max-age=${browsers}, s-maxage=${caches}, stale-while-revalidate=${staleWhileAsked}, stale-if-error=${staleIfDown}`;
}

/** What an answer depends on, and nothing that it does not: a cache keeps one copy for each value of these. */
function variesBy({ answer }: Operation, isRefused: boolean): string[] {
  const byAccept = isRefused || answer.streams !== undefined ? ['Accept'] : [];
  const byPreference = answer.paged ? ['Prefer'] : [];
  // The last one in small letters, as the plugin that packs answers looks for it.
  return [...byAccept, ...(isRefused ? ['Accept-Language'] : []), ...byPreference, 'accept-encoding'];
}
