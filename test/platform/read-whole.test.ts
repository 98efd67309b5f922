/** Reading a whole list from PostgreSQL, with a limit for readers that is short enough to be tried. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { Connections } from '../../src/platform/db/connections.js';
import { wholeReader } from '../../src/platform/db/read-whole.js';
import type { WholeReading } from '../../src/platform/db/whole.js';
import { makeLog } from '../../src/platform/log.js';
import { makeBlankDatabase } from '../support/database.js';
import { until } from '../support/wait.js';

const blank = await makeBlankDatabase();
t.teardown(blank.drop);
const pauseMs = 100;
const rows = 200_000;
/** Larger than what the driver and the system hold between the database and a reader. */
const list = {
  query: () =>
    sql`select json_build_object('number', n, 'text', repeat('x', 100)) as line from generate_series(1, ${rows}::int) as n`,
  after: null,
  keyOf: () => [],
};

t.test(
  'a reader that stands still too long is ended: its connection is free, and what follows is no end',
  async (t) => {
    const timeouts = { connectTimeoutMs: 20_000, statementTimeoutMs: 60_000, lockTimeoutMs: 5_000 };
    const connections = new Connections({ url: blank.url, poolSize: 2, ...timeouts }, makeLog('silent'));
    t.teardown(() => connections.end());
    const readWhole = wholeReader(connections, pauseMs);
    const standing = await readWhole(list);
    t.notOk((await standing.lines.next()).done);
    const waiting = readWhole(list);
    t.equal(await linesOf(await waiting), rows, 'of two connections one reads: the next reader has its place then');
    const others = 'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    await until('its connection is gone', async () => (await connections.query({ text: others })).rowCount === 0);
    await t.rejects(linesOf(standing), 'whoever reads on sees it break');
  },
);

async function linesOf({ lines }: WholeReading): Promise<number> {
  let count = 0;
  for await (const piece of lines) count += piece.toString('latin1').split('\n').length - 1;
  return count;
}
