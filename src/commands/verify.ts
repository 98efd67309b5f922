/** `npm run verify`: proves that log, seals and tables are as the service left them, or names what was touched. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { readConfig } from '../config.js';
import { makeLog } from '../platform/log.js';
import { readPublicKey } from '../platform/sealing/signing.js';
import { openDatabase } from '../start.js';
import { command, run, wholeNumber } from './run.js';
import { Progress } from './transfer/progress.js';
import { Findings } from './verify/findings.js';
import type { Known } from './verify/seals.js';
import { type Steps, type Verified, verifyDatabase } from './verify/verify.js';

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
    const steps = { sealed: 0, laid: 0, changes: 0 };
    progress.show(() => statusOf(steps));
    const result = await verifyDatabase(database.db, known, new Findings(most), steps);
    progress.clear();
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : inWords(result));
    if (result.findings > 0) process.exitCode = 1;
  } finally {
    progress.clear();
    await database.close();
  }
});

await run(program);

function statusOf({ sealed, laid, changes }: Steps) {
  const part = changes === 0 ? null : (sealed + laid) / (2 * changes);
  return {
    part,
    text: laid === 0 ? `seals: ${sealed} of ${changes} changes` : `records: ${laid} of ${changes} changes`,
  };
}

function inWords(result: Verified): string {
  const { ok, seals, signedSeals, signatures, lastSeal, changes, sealedChanges, records, findings, first } = result;
  const lines = [
    `${seals} seals over ${sealedChanges} of ${changes} changes; ${signedSeals} are signed, signatures ${signatures}.`,
    ...(lastSeal === null ? [] : [`The newest, to be noted elsewhere: ${lastSeal.sealNo}:${lastSeal.hash}`]),
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
