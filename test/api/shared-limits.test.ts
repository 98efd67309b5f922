/** Limits that all nodes count together, in Redis; and each for itself while Redis does not answer. */
import { Writable } from 'node:stream';
import pino from 'pino';
import t, { type Test } from 'tap';
import { makeApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { makeClient } from '../support/client.js';
import { readContract } from '../support/contract-check.js';
import { makeKey } from '../support/keys.js';
import { noRedis, startRedis } from '../support/redis.js';
import { until } from '../support/wait.js';

t.setTimeout(110_000);

/** Whole lists are counted here, so that looking at the metrics meanwhile does not count. */
const rows = '/v1/groups/rows';

/** Two nodes on one database and one Redis, and a caller of both. */
async function startNodes(t: Test, variables: NodeJS.ProcessEnv) {
  const one = await startTestApp(t, variables);
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    new Writable({
      write: (line, _encoding, done) => {
        lines.push(JSON.parse(line));
        done();
      },
    }),
  );
  const config = readConfig({ NODE_ENV: 'test', ...variables });
  const other = await makeApp(config, one.database, log, { strictAnswers: true });
  t.teardown(() => other.close());
  await other.ready();
  const contract = readContract(other);
  const shared = async (value: 0 | 1) => {
    for (const { app } of [one, { app: other }]) {
      await until(`the limits are shared: ${value}`, async () => {
        const answer = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${adminSecret}` } });
        return answer.body.includes(`limits_shared ${value}\n`);
      });
    }
  };
  const { secret } = await makeKey(one.admin, {});
  const nodes = [one.withSecret(secret), makeClient(other, one.database, contract, secret)] as const;
  const said = () => lines.filter(({ msg }) => String(msg).startsWith('Redis')).map(({ level, msg }) => [level, msg]);
  return { nodes, shared, said, lines };
}

const left = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  Number(/"bulk";r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
const away = [40, 'Redis does not answer; each node counts for itself'];
const back = [30, 'Redis answers again; the limits are counted for all nodes together'];

t.test('two nodes count together in Redis, and what is used up is so on both', { skip: noRedis }, async (t) => {
  const redis = await startRedis(t);
  const { nodes, shared, said } = await startNodes(t, {
    RATE_LIMIT_BULK_PER_MINUTE: '5',
    REDIS_URL: redis.url,
  });
  const [one, other] = nodes;
  await shared(1);
  const seen = [];
  for (const node of [one, other, one, other, one]) seen.push(left(await node.get(rows)));
  t.strictSame(seen, [4, 3, 2, 1, 0]);
  for (const node of nodes) {
    const { status, body } = await node.get(rows);
    t.strictSame([status, body.violatedPolicies], [429, ['bulk']]);
  }
  t.strictSame(said(), [], 'nothing is said of what works');
});

t.test(
  'while Redis is away each node counts for itself, and together again when it is back',
  { skip: noRedis },
  async (t) => {
    const redis = await startRedis(t);
    const { nodes, shared, said } = await startNodes(t, {
      RATE_LIMIT_BULK_PER_MINUTE: '40',
      REDIS_URL: redis.url,
    });
    const [one, other] = nodes;
    await shared(1);
    await one.get(rows);
    t.equal(left(await other.get(rows)), 38);

    await redis.kill();
    await shared(0);
    t.strictSame([left(await one.get(rows)), left(await other.get(rows))], [38, 38], 'each has its own two');
    t.strictSame(said(), [away], 'it is said once');

    await redis.start();
    await shared(1);
    t.strictSame([left(await one.get(rows)), left(await other.get(rows))], [39, 38], 'Redis begins anew');
    t.strictSame(said(), [away, back]);

    redis.pause();
    const answers = await Promise.all(Array.from({ length: 5 }, () => one.get(rows)));
    t.strictSame(
      answers.map(({ status }) => status),
      Array(5).fill(200),
      'one that stands still refuses nobody',
    );
    await other.get(rows);
    await shared(0);
    redis.resume();
    await shared(1);
    t.strictSame(said(), [away, back, away, back]);
  },
);

t.test('a service starts and answers without the Redis that it was told of, and logs whom it refuses', async (t) => {
  const variables = { RATE_LIMIT_BULK_PER_MINUTE: '2', REDIS_URL: 'redis://127.0.0.1:1' };
  const { nodes, shared, said, lines } = await startNodes(t, variables);
  const [, node] = nodes;
  await shared(0);
  t.strictSame([left(await node.get(rows)), left(await node.get(rows))], [1, 0]);
  await until('it says so', () => said().length > 0);
  t.strictSame(said(), [away]);

  const me = await node.get('/v1/me');
  const bulk = me.body.limits.find(({ policy }: { policy: string }) => policy === 'bulk');
  t.match(bulk, { policy: 'bulk', quota: 2, windowSeconds: 60, remaining: 0 });
  t.ok(bulk.resetSeconds >= 1 && bulk.resetSeconds <= 60);
  const atOnce = { policy: 'bulk-at-once', quota: 8, windowSeconds: null, remaining: 8, resetSeconds: null };
  t.match(me.body.limits, { length: 4, 3: atOnce });

  t.equal((await node.get(rows)).status, 429);
  const line = lines.find(({ status }) => status === 429);
  t.match(line, { problem: 'too-many-requests', limit: 'bulk', keyId: me.body.id, operation: 'exportGroups' });
});
