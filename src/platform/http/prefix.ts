import proxyAddress from '@fastify/proxy-addr';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { asRecord } from '../record-value.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a trusted proxy took off the path, such as `/prot`; empty when there is none. */
    prefix: string;
  }
}

/** Segments of plain characters: a path that could mean another host, or end a header, is no prefix. */
const plain = /^(\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+){1,10}\/?$/;

/**
 * Believes `X-Forwarded-Prefix` of these proxies: a path that we tell a client is then the one that the client must use.
 * Of anybody else the header is ignored.
 */
export function believePrefixes(app: FastifyInstance, trustProxy: readonly string[]): void {
  app.decorateRequest('prefix', '');
  if (trustProxy.length === 0) return;
  const isTrusted = proxyAddress.compile([...trustProxy]);
  app.addHook('onRequest', (request, _reply, done) => {
    const given = request.headers['x-forwarded-prefix'];
    const { remoteAddress = '' } = request.raw.socket;
    if (typeof given === 'string' && given.length <= 200 && plain.test(given) && isTrusted(remoteAddress, 0)) {
      request.prefix = given.replace(/\/$/, '');
    }
    done();
  });
  app.addHook('onSend', ({ prefix }, reply, payload, done) => {
    const location = reply.getHeader('location');
    if (prefix !== '' && typeof location === 'string' && location.startsWith('/')) {
      reply.header('location', `${prefix}${location}`);
    }
    done(null, payload);
  });
}

/** The path of the operation that a request reached, for its caller to use again, whichever way it was written. */
export function canonicalPath(request: FastifyRequest): string {
  const { operation } = request.routeOptions.config;
  const params = asRecord(request.params);
  const path = operation?.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  return `${request.prefix}${path ?? '/'}`;
}
