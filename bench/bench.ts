/**
 * `npm run bench`: how fast, and against what. Builds its own data, measures the service and what it is compared with
 * in alternating rounds, prints one table of ratios, and removes everything. Nothing is asserted: a machine's speed is
 * no property of the code, and only ratios within a run are to be trusted.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { killAll } from './processes.js';
import { type Line, tableOf } from './table.js';
import { works as measuredWorks } from './works.js';
import { makeWorld } from './world.js';

const help = `npm run bench -- [--groups 30000] [--seconds 1.5] [--rounds 5] [--only PATTERN]

Measures the hot paths of the service beside what they are compared with, on PostgreSQL at 127.0.0.1 or
BENCH_DATABASE_URL, prints one table and removes what it made.

  --groups   savings groups to make (default 30000)
  --seconds  how long each round measures (default 1.5)
  --rounds   how often ours and the other are measured in turn (default 5)
  --only     a regular expression: only the works whose name it fits
  --help     this text
`;

const text = { type: 'string' } as const;
if (process.argv.some((argument) => argument === '--help' || argument === '-h')) {
  process.stdout.write(help);
  process.exit();
}
const { values } = parseArgs({ options: { groups: text, seconds: text, rounds: text, only: text } });
const groups = Number(values.groups ?? 30_000);
const effort = { seconds: Number(values.seconds ?? 1.5), rounds: Number(values.rounds ?? 5) };
const chosen = measuredWorks.filter(({ name }) => new RegExp(values.only ?? '').test(name));
const say = (line: string) => void process.stdout.write(`${line}\n`);

const startedAt = Date.now();
say(`${groups} groups, ${effort.rounds} alternating rounds of ${effort.seconds} s. Making the data ...`);
const world = await makeWorld(groups);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void world.remove().finally(() => process.exit(130)));
}
process.once('exit', killAll);
try {
  const lines: Line[] = [];
  for (const { name, measure } of chosen) {
    say(`Measuring ${name} ...`);
    lines.push(...(await measure(world, effort)));
  }
  say(`\n${tableOf(lines)}\n`);
  const day = new Date().toISOString().slice(0, 10);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  say(
    `${day}, ${cpus().length} processors (${cpus()[0]?.model}), ${gigabytes} GB, Node ${process.version}, ` +
      `PostgreSQL ${(await world.pool.query('show server_version')).rows[0].server_version}; ` +
      `${groups} groups; ${Math.round((Date.now() - startedAt) / 1000)} s.`,
  );
} finally {
  await world.remove();
}
