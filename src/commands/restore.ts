/** `npm run restore`: makes a registry of a backup, in an empty database. */
import { readConfig } from '../config.js';
import { loadBackup } from './backup/load.store.js';
import { readManifest } from './backup/manifest.js';
import { withNewDatabase } from './backup/open.js';
import { countsOf, leftText } from './backup/summary.js';
import { requireWhole } from './backup/whole.js';
import { command, run } from './run.js';
import { pathOf } from './transfer/options.js';

const program = command(
  'npm run restore --',
  'Makes a registry of a backup: in the database at DATABASE_URL, else in the embedded one in DATA_DIR. It must be new; ' +
    'one that has records is refused.',
)
  .argument('<directory>', 'where npm run backup has put it')
  .option('--quiet', 'print no progress')
  .addHelpText(
    'after',
    `
Every file is looked at before anything is loaded. All is loaded in one transaction, so a restore that was killed has left
nothing behind and is started again by the same command. Ids, versions, instants and positions of the log are as they were.`,
  );

program.action(async (directory, { quiet = false }) => {
  const path = pathOf(directory);
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  const backup = await readManifest(path);
  if (backup === null) throw new Error(`There is no finished backup in ${path}.`);
  await requireWhole(path, backup);
  await withNewDatabase(readConfig(process.env), backup.migrated.latest, (connection) =>
    loadBackup(connection, path, backup, { say, verify: async () => {} }),
  );
  process.stdout.write(`The registry as of ${backup.snapshotAt} is restored: ${countsOf(backup)}.\n${leftText(backup)}`);
});

await run(program);
