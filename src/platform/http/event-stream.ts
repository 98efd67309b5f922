import { Readable } from 'node:stream';
import { encode } from 'eventsource-encoder';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mediaTypes } from './negotiation.js';

/** Events that follow each other, and the id by which a client that comes again says how far it was. */
export interface EventBatch {
  events: readonly { id: string; data: unknown }[];
  /** The id behind them, also of what had no event. */
  position: string;
}

/** When a client comes again that lost its connection, in milliseconds. */
const retryMs = 2_000;

/**
 * Answers with events as they come (server-sent events), without an end. Whoever reads slowly makes us pause. A comment now and then keeps
 * proxies from closing what is silent; where the position has moved on since the last event, its id does.
 */
export function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  { batches, heartbeatMs }: { batches: AsyncIterable<EventBatch>; heartbeatMs: number },
): Readable {
  reply
    .type(mediaTypes.events)
    .header('cache-control', 'private, no-cache, no-transform')
    .header('x-accel-buffering', 'no');
  // The plugin that packs answers would hold events back; this is how it is told to leave one alone.
  request.headers['x-no-compression'] = '1';
  if (request.method === 'HEAD') return Readable.from([]);
  return Readable.from(written(name, batches, heartbeatMs), { objectMode: false, highWaterMark: 65_536 });
}

async function* written(name: string, batches: AsyncIterable<EventBatch>, heartbeatMs: number): AsyncGenerator<string> {
  yield encode({ retry: retryMs });
  let told = '';
  let spokeAt = performance.now();
  for await (const { events, position } of batches) {
    let text = events.map(({ id, data }) => encode({ event: name, id, data: JSON.stringify(data) })).join('');
    told = events.at(-1)?.id ?? told;
    if (text === '' && performance.now() - spokeAt >= heartbeatMs) {
      text = position === told ? encode({ comment: '' }) : encode({ id: position });
      told = position;
    }
    if (text === '') continue;
    spokeAt = performance.now();
    yield text;
  }
}
