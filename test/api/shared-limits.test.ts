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

/** Two nodes on one database and one Redis, and a caller of both. */
async function startNodes(t: Test, variables: NodeJS.ProcessEnv) {
  const one = await startTestApp(t, variables);
  const lines: { level: number; msg: string }[] = [];
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
  const said = () => lines.filter(({ msg }) => msg.startsWith('Redis')).map(({ level, msg }) => [level, msg]);
  return { nodes, shared, said };
}

const left = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  Number(/"interactive";r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
const away = [40, 'Redis does not answer; each node counts for itself'];
const back = [30, 'Redis answers again; the limits are counted for all nodes together'];

t.test('two nodes count together in Redis, and what is used up is so on both', { skip: noRedis }, async (t) => {
  const redis = await startRedis(t);
  const { nodes, shared, said } = await startNodes(t, {
    RATE_LIMIT_PER_MINUTE: '5',
    RATE_LIMIT_BURST: '0',
    REDIS_URL: redis.url,
  });
  const [one, other] = nodes;
  await shared(1);
  const seen = [];
  for (const node of [one, other, one, other, one]) seen.push(left(await node.get('/v1/areas/41')));
  t.strictSame(seen, [4, 3, 2, 1, 0]);
  for (const node of nodes) {
    const { status, body } = await node.get('/v1/areas/41');
    t.strictSame([status, body.violatedPolicies], [429, ['interactive']]);
  }
  t.strictSame(said(), [], 'nothing is said of what works');
});

t.test(
  'while Redis is away each node counts for itself, and together again when it is back',
  { skip: noRedis },
  async (t) => {
    const redis = await startRedis(t);
    const { nodes, shared, said } = await startNodes(t, {
      RATE_LIMIT_PER_MINUTE: '40',
      RATE_LIMIT_BURST: '0',
      REDIS_URL: redis.url,
    });
    const [one, other] = nodes;
    await shared(1);
    await one.get('/v1/areas/41');
    t.equal(left(await other.get('/v1/areas/41')), 38);

    await redis.kill();
    await shared(0);
    t.strictSame(
      [left(await one.get('/v1/areas/41')), left(await other.get('/v1/areas/41'))],
      [38, 38],
      'each has its own two',
    );
    t.strictSame(said(), [away], 'it is said once');

    await redis.start();
    await shared(1);
    t.strictSame(
      [left(await one.get('/v1/areas/41')), left(await other.get('/v1/areas/41'))],
      [39, 38],
      'Redis begins anew',
    );
    t.strictSame(said(), [away, back]);

    redis.pause();
    const answers = await Promise.all(Array.from({ length: 5 }, () => one.get('/v1/areas/41')));
    t.strictSame(
      answers.map(({ status }) => status),
      Array(5).fill(200),
      'one that stands still refuses nobody',
    );
    await other.get('/v1/areas/41');
    await shared(0);
    redis.resume();
    await shared(1);
    t.strictSame(said(), [away, back, away, back]);
  },
);

t.test('a service starts and answers without the Redis that it was told of', async (t) => {
  const { nodes, shared, said } = await startNodes(t, {
    RATE_LIMIT_PER_MINUTE: '40',
    REDIS_URL: 'redis://127.0.0.1:1',
  });
  await shared(0);
  t.equal(left(await nodes[1].get('/v1/areas/41')), 39);
  await until('it says so', () => said().length > 0);
  t.strictSame(said(), [away]);
});
