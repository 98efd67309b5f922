/** The service, its embedded PostgreSQL or both are killed in the middle of writes: what was answered is there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { type Call, makeCall } from '../../src/demo/client.js';
import { randomFor } from '../../src/demo/random.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { embeddedStorage, hasLogged, type RunningService, startService, withDatabase } from '../support/process.js';
import { until } from '../support/wait.js';

const secret = `prot_${'killed'.padEnd(43, '-')}`;
/** More by hand: `CRASH_ROUNDS=50 npx tap build/test/process/database-crash.test.js`. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 6);
const writers = 8;
const whom = ['service', 'database', 'both'] as const;
const random = randomFor('sheets');

t.setTimeout(110_000 + rounds * 5_000);

t.test(`nothing that was answered is lost in ${rounds} kills of the service, its PostgreSQL, and both`, async (t) => {
  const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
  const sent = new Set<string>();
  const answered = new Set<string>();
  let service = await startService(t, variables);
  for (let round = 0; round < rounds; round += 1) {
    const who = whom[round % whom.length] ?? 'both';
    const stop = new AbortController();
    const call = makeCall(service.address, secret, [503]);
    const writing = Promise.all(
      Array.from({ length: writers }, (_, index) =>
        write(call, `R${round}-W${index}`, { sent, answered }, stop.signal),
      ),
    );
    const before = answered.size;
    await until('groups are written', () => answered.size > before + 20);
    await delay(random.int(0, 150));
    await kill(service, variables.DATA_DIR, who);
    if (who === 'database') {
      const { size } = answered;
      await until('the service writes again by itself', () => answered.size > size + 20);
      t.ok(hasLogged(service, 'the PostgreSQL of this service ended; it is started again'));
    }
    stop.abort();
    await writing;
    if (who !== 'database') service = await startService(t, variables);
    const found = await registered(service);
    const lost = [...answered].filter((registrationNo) => !found.has(registrationNo));
    const unasked = [...found].filter((registrationNo) => !sent.has(registrationNo));
    t.strictSame({ lost, unasked }, { lost: [], unasked: [] }, `${who} killed: ${answered.size} answered`);
  }
  t.strictSame(await service.kill('SIGTERM'), { code: 0, signal: null });
  await withDatabase(variables, async (db) => {
    const odd = sql`select g.group_id from groups g left join changes c on c.resource_id = g.group_id::text
      group by 1 having count(c) <> 1`;
    t.strictSame(await rowsOf(db, odd), [], 'each has the one change that made it');
  });
});

/** Registers groups one after the other. One that is not answered, or with 503, may be there or not. */
async function write(
  call: Call,
  prefix: string,
  { sent, answered }: { sent: Set<string>; answered: Set<string> },
  stop: AbortSignal,
): Promise<void> {
  for (let number = 0; !stop.aborted; number += 1) {
    const registrationNo = `${prefix}-${number}`;
    sent.add(registrationNo);
    const group = { registrationNo, name: 'กลุ่มออมทรัพย์', areaCode: '401001' };
    const status = await call('POST', '/v1/groups', group).then(
      (answer) => answer.status,
      (error: unknown) => {
        // fetch reports a connection that was refused or that broke as a TypeError.
        if (!(error instanceof TypeError)) throw error;
        return null;
      },
    );
    if (status === 201) answered.add(registrationNo);
    else await delay(20);
  }
}

async function kill(service: RunningService, dataDir: string, who: (typeof whom)[number]): Promise<void> {
  const [pid] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  if (who !== 'service') process.kill(Number(pid), 'SIGKILL');
  if (who !== 'database') await service.kill('SIGKILL');
}

async function registered({ address }: RunningService): Promise<Set<string>> {
  const headers = { authorization: `Bearer ${secret}`, accept: 'application/x-ndjson' };
  const text = await (await fetch(`${address}/v1/groups`, { headers })).text();
  const lines = text.split('\n').filter((line) => line !== '');
  return new Set(lines.map((line) => JSON.parse(line).registrationNo));
}
