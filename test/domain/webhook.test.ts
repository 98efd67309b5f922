import t from 'tap';
import { isTaken, pauseAfter, restAfter, retryAfterMs } from '../../src/domain/webhook.js';

const hour = 3_600_000;

t.test('pauses grow as Standard Webhooks has them, and are shortened at random', async (t) => {
  // The longest of each, from its example: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
  const longest = [5_000, 300_000, 0.5 * hour, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
  t.strictSame(
    longest.map((_pause, index) => pauseAfter(index + 1, 1)),
    longest,
  );
  t.equal(pauseAfter(50, 1), 24 * hour);
  t.equal(pauseAfter(4, 0.5), hour);
  t.equal(pauseAfter(4, 0), 1_000, 'never at once');
});

t.test('Retry-After is the least, up to a day', async (t) => {
  t.equal(pauseAfter(1, 1, hour), hour);
  t.equal(pauseAfter(9, 1, hour), 24 * hour);
  t.equal(pauseAfter(1, 1, 1_000 * hour), 24 * hour);
  t.equal(restAfter(0, 1, null), 0);
  t.equal(restAfter(0, 1, hour), hour);
  t.equal(restAfter(3, 1), 8_000);
  t.equal(restAfter(1_000, 1), 60_000);
  t.equal(restAfter(1_000, 0), 30_000);
});

t.test('Retry-After is read as seconds or as an HTTP date', async (t) => {
  const now = Date.parse('2027-04-12T03:15:00Z');
  t.equal(retryAfterMs('120', now), 120_000);
  t.equal(retryAfterMs('Mon, 12 Apr 2027 03:16:00 GMT', now), 60_000);
  t.equal(retryAfterMs('Mon, 12 Apr 2027 03:14:00 GMT', now), 0);
  for (const odd of [undefined, '', '-1', '1e9', 'soon', '2027-04-12T03:16:00Z', '99999999999'])
    t.equal(retryAfterMs(odd, now), null, String(odd));
});

t.test('2xx is taken, and nothing else', async (t) => {
  for (const status of [200, 202, 204, 299]) t.ok(isTaken({ status }));
  for (const status of [null, 100, 199, 300, 304, 307, 400, 410, 429, 500]) t.notOk(isTaken({ status }));
});
