import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Everything from here, and styles that the page sets itself; no `upgrade-insecure-requests`, so it works on a LAN. */
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "script-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** The browsable reference at /docs. Its files come with the package, so it needs no internet. */
export async function showDocs(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy,
    theme: { title: 'Prot' },
    uiConfig: { docExpansion: 'none', deepLinking: true, persistAuthorization: true, validatorUrl: null },
  });
}
