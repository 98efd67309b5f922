/** `npm run follow`: keeps a copy of the registry, as far as the key sees it, as a reference of how to be a follower. */
import { Option } from '@commander-js/extra-typings';
import { command, run } from './run.js';
import { exitCodesHelp, OwnFault } from './transfer/fault.js';
import { follow } from './transfer/follow/follower.js';
import { openNdjsonMirror } from './transfer/follow/ndjson-mirror.js';
import { openSqliteMirror } from './transfer/follow/sqlite-mirror.js';
import { pathOf, serviceOf, warningFor, withCommonOptions } from './transfer/options.js';

const program = command(
  'npm run follow --',
  'Copies what the key sees of the registry into a directory and keeps the copy up to date by the change feed, until it is stopped.',
)
  .argument('<directory>', 'where the copy is kept; one that is there is continued')
  .addOption(
    new Option('--to <form>', 'a SQLite file (Node 22.13 or newer), or files of one record a line').choices([
      'sqlite',
      'ndjson',
    ] as const),
  )
  .option('--once', 'end when the copy has everything');

const following = withCommonOptions(program).addHelpText(
  'after',
  `
Each piece is written with the position it leads to, whole or not at all, so that it may be killed at any moment and goes on
where it was. A service that is away is waited for.

${exitCodesHelp}`,
);

following.action(async (directory, { to, once = false, ...options }) => {
  if (to === undefined) throw new OwnFault('Say with --to what the copy is to be: sqlite or ndjson.');
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  const service = await serviceOf(options, stopping.signal);
  const say = (line: string) => void (options.quiet !== true && process.stderr.write(`${line}\n`));
  const warning = warningFor(service);
  if (warning !== null) process.stderr.write(`${warning}\n`);
  const mirror = await (to === 'sqlite' ? openSqliteMirror : openNdjsonMirror)(pathOf(directory));
  try {
    await follow(service, mirror, { once, say });
    process.stdout.write(`The copy has ${mirror.count()} records.\n`);
  } finally {
    await mirror.close();
  }
});

await run(following, 2);
