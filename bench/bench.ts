/**
 * `npm run bench`: how fast, and against what. Builds its own data, measures the service and what it is compared with
 * in alternating rounds, prints one table of ratios, and removes everything. Nothing is asserted: a machine's speed is
 * no property of the code, and only ratios within a run are to be trusted.
 */
import { cpus, totalmem } from 'node:os';
import { command, run, wholeNumber } from '../src/commands/run.js';
import { killAll } from './processes.js';
import { type Line, tableOf } from './table.js';
import { works as measuredWorks } from './works.js';
import { makeWorld } from './world.js';

const program = command(
  'npm run bench --',
  'Measures the hot paths of the service beside what they are compared with, on PostgreSQL at 127.0.0.1 or ' +
    'BENCH_DATABASE_URL, prints one table and removes what it made.',
)
  .option('--groups <number>', 'savings groups to make', wholeNumber(5_000_000), 30_000)
  .option('--seconds <number>', 'how long each round measures', Number, 1.5)
  .option('--rounds <number>', 'how often ours and the other are measured in turn', wholeNumber(1_000), 5)
  .option('--only <pattern>', 'a regular expression: only the works whose name it fits', '');

const say = (line: string) => void process.stdout.write(`${line}\n`);

program.action(async ({ groups, only, ...effort }) => {
  const chosen = measuredWorks.filter(({ name }) => new RegExp(only).test(name));
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
});

await run(program);
