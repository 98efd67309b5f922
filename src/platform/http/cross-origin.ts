import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { vary } from './common-headers.js';

/** The headers that a page of another origin may read. */
export const exposedHeaders = [
  'ETag',
  'Link',
  'Location',
  'X-Request-Id',
  'API-Version',
  'Deprecation',
  'Sunset',
  'Preference-Applied',
  'Retry-After',
  'RateLimit-Policy',
  'RateLimit',
  'Content-Disposition',
  'X-Snapshot-At',
  'Feed-Position',
  'As-Of',
  'Idempotent-Replayed',
  'API-Key-Expires',
];

/**
 * Lets pages of these origins call the API. An OPTIONS that is no preflight goes on and is refused like any method that a
 * path does not take; the plugin by itself would answer it in plain text.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const options = { origin: [...origins], methods, exposedHeaders, maxAge: 600 };
  const withoutPreflight = { ...options, preflight: false };
  await app.register(cors, {
    delegator: (request, done) => done(null, isPreflight(request) ? options : withoutPreflight),
  });
}

/** The headers that let a page of this origin read an answer which no plugin sees. */
export function originHeaders(origin: string | undefined, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  const varies = { vary: `${vary}, Origin` };
  if (origin === undefined || !origins.includes(origin)) return varies;
  return {
    ...varies,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposedHeaders.join(', '),
  };
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers;
}
