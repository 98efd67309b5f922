import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { type EventBatch, sendEvents } from '../../src/platform/http/event-stream.js';
import { openEvents } from '../support/events.js';
import { until } from '../support/wait.js';

async function serveEvents(t: Test, batches: () => AsyncIterable<EventBatch>, heartbeatMs: number): Promise<string> {
  const app: FastifyInstance = Fastify();
  app.get('/', async (request, reply) => sendEvents(request, reply, 'change', { batches: batches(), heartbeatMs }));
  t.teardown(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

t.test('a silent stream speaks now and then, and its position moves on without an event', async (t) => {
  async function* batches(): AsyncGenerator<EventBatch> {
    yield { events: [{ id: '1', data: 'ข้อ\r\nสอง' }], position: '1' };
    for (let position = 2; ; position = Math.min(position + 1, 4)) {
      await delay(5);
      yield { events: [], position: String(position) };
    }
  }
  const stream = await openEvents(t, await serveEvents(t, batches, 20), 'x');
  const [event] = await stream.come(1);
  t.strictSame([event?.id, JSON.parse(event?.data ?? '')], ['1', 'ข้อ\r\nสอง']);
  await until('the position has moved on', () => stream.lastId() === '4');
  await until('a comment has come', () => stream.comments.length > 1);
  t.equal(stream.events.length, 1, 'an id alone is no event');
});

t.test('a client that does not read makes the reading pause', async (t) => {
  let read = 0;
  const size = 10_000;
  async function* batches(): AsyncGenerator<EventBatch> {
    for (;;) {
      read += 1;
      yield { events: [{ id: String(read), data: 'x'.repeat(size) }], position: String(read) };
      await delay(0);
    }
  }
  const { hostname, port } = new URL(await serveEvents(t, batches, 1_000));
  const socket = connect({ host: hostname, port: Number(port) });
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('something was read', () => read > 0);
  let before = -1;
  await until('nothing more is read', async () => {
    const now = read;
    const still = now === before;
    before = now;
    await delay(500);
    return still;
  });
  t.ok(read * size < 50_000_000, `${read} events wait in the buffers of the system`);
  socket.resume();
  const paused = read;
  await until('it goes on', () => read > paused + 10);
});
