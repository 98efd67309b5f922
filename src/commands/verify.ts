/** `npm run verify`: proves that log, seals and tables are as the service left them, or names what was touched. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { readConfig } from '../config.js';
import type { Db } from '../platform/db/database.js';
import { makeLog } from '../platform/log.js';
import { readPublicKey } from '../platform/sealing/signing.js';
import { openDatabase } from '../start.js';
import { command, run, wholeNumber } from './run.js';
import { Progress } from './transfer/progress.js';
import { Findings } from './verify/findings.js';
import { checkRecords } from './verify/records.js';
import { checkSeals, type Known } from './verify/seals.js';
import { countChanges, inSnapshot } from './verify.store.js';
import { listDisagreements } from './verify-derived.store.js';

const program = command(
  'npm run verify --',
  'Makes every seal again from the log of changes, and every record from its changes, in the database at DATABASE_URL, ' +
    'else in the embedded one in DATA_DIR. It reads one snapshot, while the service runs; an embedded database is held by ' +
    'its service, which has to be stopped. Exit code 1 when something was touched behind the service, and its name.',
)
  .option('--public-key <file>', 'key (PEM) that signed seals, whose signatures are checked; more than once', keys, [])
  .option('--noted <number:hash>', 'a seal that was noted elsewhere, 42:9f86d0...; more than once', noted, new Map())
  .option('--most <number>', 'most findings that are listed; all are counted', wholeNumber(1_000_000), 20)
  .option('--json', 'say it as JSON', false)
  .option('--quiet', 'no progress', false);

program.action(async ({ publicKey, noted, most, json, quiet }) => {
  const { database } = await openDatabase(readConfig(process.env), makeLog('error'));
  const progress = new Progress(process.stderr, quiet);
  try {
    const known: Known = { keys: publicKey, hashes: noted };
    const result = await inSnapshot(database.db, (db) => verify(db, known, new Findings(most), progress));
    progress.clear();
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : inWords(result));
    if (result.findings > 0) process.exitCode = 1;
  } finally {
    progress.clear();
    await database.close();
  }
});

await run(program);

type Result = Awaited<ReturnType<typeof verify>>;

async function verify(db: Db, known: Known, findings: Findings, progress: Progress) {
  const { changes, beforeFirst } = await countChanges(db);
  if (beforeFirst > 0) {
    const detail = `${beforeFirst} changes stand before the first position, where no seal reaches.`;
    findings.add({ code: 'change-inserted', detail });
  }
  let [sealed, laid] = [0, 0];
  progress.show(() => ({
    part: changes === 0 ? null : (sealed + laid) / (2 * changes),
    text: laid === 0 ? `seals: ${sealed} of ${changes} changes` : `records: ${laid} of ${changes} changes`,
  }));
  const seals = await checkSeals(db, known, findings, (done) => {
    sealed = done;
  });
  sealed = changes;
  const records = await checkRecords(db, findings, (done) => {
    laid = done;
  });
  for (const { resource, resourceId, what } of await listDisagreements(db)) {
    findings.add({ code: 'derived-differs', resource, resourceId, detail: `${resource} ${resourceId}: ${what}.` });
  }
  const signatures = known.keys.length === 0 ? 'not checked' : 'checked';
  return {
    ok: findings.count === 0,
    seals: seals.seals,
    signedSeals: seals.signed,
    signatures,
    changes,
    sealedChanges: seals.changes,
    records,
    findings: findings.count,
    first: findings.first,
  };
}

function inWords({
  ok,
  seals,
  signedSeals,
  signatures,
  changes,
  sealedChanges,
  records,
  findings,
  first,
}: Result): string {
  const lines = [
    `${seals} seals over ${sealedChanges} of ${changes} changes; ${signedSeals} are signed, signatures ${signatures}.`,
    `${records} records compared with their changes.`,
    ...(ok
      ? ['Everything is as the service left it.']
      : [`${findings} FINDINGS, the first:`, ...first.map(({ detail }) => `  ${detail}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function keys(path: string, others: Known['keys'] = []): Known['keys'] {
  try {
    return [...others, readPublicKey(path)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function noted(text: string, others: Known['hashes']): Known['hashes'] {
  const [, number, hash] = /^(\d{1,9}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (number === undefined || hash === undefined) {
    throw new InvalidArgumentError('It is the number of a seal, a colon and its hash, 64 digits.');
  }
  return new Map([...others, [Number(number), hash.toLowerCase()]]);
}
