import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The metrics of one app: Prometheus text, and its media type. */
export interface Metrics {
  contentType: string;
  read(): Promise<string>;
}

/**
 * Measures every request by method, route and status, beside what the process itself tells (memory, event loop, garbage
 * collection). The route is the pattern and never the address, so the number of series stays small.
 */
export function measureRequests(app: FastifyInstance): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  app.limits.measure(registry);
  app.admission.measure(registry);
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    duration.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000);
    done();
  });
  return { contentType: registry.contentType, read: () => registry.metrics() };
}
