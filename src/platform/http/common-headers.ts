import type { FastifyReply, FastifyRequest } from 'fastify';
import { apiVersion } from './api-version.js';

/** The version, and the headers that helmet sets, with its values. They are always the same, and working them out at each
 * request cost as much as the whole of routing. */
export const fixedHeaders = {
  'api-version': apiVersion,
  'content-security-policy': "default-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** What an answer depends on. The last one in small letters, as the plugin that packs answers looks for it. */
export const vary = 'Authorization, Accept, Accept-Language, accept-encoding';

/** Sets the headers that every answer has. */
export function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(fixedHeaders);
  // Whoever reaches us in the clear, on a laptop or behind no proxy, must be able to come again.
  if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
  reply.header('x-request-id', request.id);
  // Answers depend on who asks, so nothing between us and the caller may keep them without asking us again.
  reply.header('cache-control', 'private, no-cache');
  reply.header('vary', vary);
}
