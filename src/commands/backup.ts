/** `npm run backup`: writes the whole registry, as it is at one moment, into a directory. */
import { readConfig } from '../config.js';
import { apiVersion } from '../platform/http/api-version.js';
import { makeBackup } from './backup/make.js';
import { withRegistry } from './backup/open.js';
import { countsOf, leftText } from './backup/summary.js';
import { command, run, wholeNumber } from './run.js';
import { pathOf } from './transfer/options.js';

const program = command(
  'npm run backup --',
  'Writes the whole registry, with its past and its log of changes, into a directory: from the database at DATABASE_URL, else ' +
    'from the embedded one in DATA_DIR. All of it is of one moment, and the service goes on meanwhile.',
)
  .argument(
    '<directory>',
    'made where there is none; a backup of the same registry that is there is replaced by the new one',
  )
  .option('--changes-per-file <number>', 'changes in one file of the log', wholeNumber(10_000_000), 100_000)
  .option('--quiet', 'print no progress')
  .addHelpText(
    'after',
    `
A backup that was killed is started again by the same command. The finished files of the log are kept, since what is settled
of the log never changes; the tables are read anew, so that all is of one moment. The same command on a finished backup
makes it new and reads of the log what has come since. manifest.json is written last: until then, what was there stays.

The files hold names and figures of groups. Only their owner can read them.`,
  );

program.action(async (directory, { changesPerFile, quiet = false }) => {
  const path = pathOf(directory);
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  const making = { directory: path, program: `prot ${apiVersion}`, changesPerFile, say };
  const { backup, kept } = await withRegistry(readConfig(process.env), (connection) => makeBackup(connection, making));
  const again = kept === 0 ? '' : ` ${kept} of the files of the log were there already.`;
  process.stdout.write(
    `${path} holds the registry as of ${backup.snapshotAt}: ${countsOf(backup)}.${again}\n${leftText(backup)}`,
  );
});

await run(program);
