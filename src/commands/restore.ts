/** `npm run restore`: makes a registry of a backup, in a new database. */
// Knows every kind of record.
import '../app.js';
import { readConfig } from '../config.js';
import type { Db } from '../platform/db/database.js';
import { loadBackup } from './backup/load.store.js';
import { readManifest } from './backup/manifest.js';
import { withNewDatabase } from './backup/open.js';
import { countsOf, leftText } from './backup/summary.js';
import { requireWhole } from './backup/whole.js';
import { command, run } from './run.js';
import { pathOf } from './transfer/options.js';
import { Findings } from './verify/findings.js';
import { type Verified, verifySnapshot } from './verify/verify.js';

const program = command(
  'npm run restore --',
  'Makes a registry of a backup: in the database at DATABASE_URL, else in the embedded one in DATA_DIR. It must be new; ' +
    'one that has records is refused.',
)
  .argument('<directory>', 'where npm run backup has put it')
  .option('--although-touched', 'restore too what the verification finds to have been touched behind the service')
  .option('--quiet', 'print no progress')
  .addHelpText(
    'after',
    `
Every file is looked at before anything is loaded. All is loaded in one transaction, in which seals, log and tables are
verified as by npm run verify: a restore that fails or is killed leaves nothing, and is started again by the same command.
Ids, versions, instants and positions of the log are as they were. A backup of an older database is brought up to date.`,
  );

program.action(async (directory, { althoughTouched = false, quiet = false }) => {
  const path = pathOf(directory);
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  const backup = await readManifest(path);
  if (backup === null) throw new Error(`There is no finished backup in ${path}.`);
  await requireWhole(path, backup);
  let found: Verified | undefined;
  const verify = async (db: Db) => {
    say('verifying seals, log and tables ...');
    const steps = { changes: 0, sealed: 0, laid: 0 };
    found = await verifySnapshot(db, { keys: [], hashes: new Map() }, new Findings(20), steps);
    if (!found.ok && !althoughTouched) throw touched(found);
  };
  await withNewDatabase(readConfig(process.env), (connection) => loadBackup(connection, path, backup, { verify, say }));
  process.stdout.write(
    `The registry as of ${backup.snapshotAt} is restored: ${countsOf(backup)}.\n${found ? verifiedText(found) : ''}${leftText(backup)}`,
  );
});

await run(program);

function touched({ findings, first }: Verified): Error {
  const lines = first.map(({ detail }) => `  ${detail}`);
  return new Error(
    `${findings} findings: the registry was touched behind the service before it was backed up, or the backup was. Nothing ` +
      `was restored; --although-touched restores it as it is. The first:\n${lines.join('\n')}`,
  );
}

function verifiedText({ ok, findings, seals, sealedChanges, changes, records, lastSeal }: Verified): string {
  const newest = lastSeal === null ? '' : ` The newest seal: ${lastSeal.sealNo}:${lastSeal.hash}.`;
  return (
    `Verified: ${seals} seals over ${sealedChanges} of ${changes} changes, and ${records} records against their changes` +
    `${ok ? '' : `; ${findings} FINDINGS, which npm run verify lists`}.${newest}\n`
  );
}
