/** Seals, log and tables of one snapshot, compared with each other. */
import type { Db } from '../../platform/db/database.js';
import { countChanges, inSnapshot } from '../verify.store.js';
import { listDisagreements } from '../verify-derived.store.js';
import type { Findings } from './findings.js';
import { checkRecords } from './records.js';
import { checkSeals, type Known } from './seals.js';

/** How far a verification has come, in changes. */
export interface Steps {
  changes: number;
  sealed: number;
  laid: number;
}

/** What came out of a verification. */
export type Verified = Awaited<ReturnType<typeof verifySnapshot>>;

/** Verifies a database as it is at this moment, while it is in use; `steps` is kept up to date meanwhile. */
export function verifyDatabase(db: Db, known: Known, findings: Findings, steps: Steps): Promise<Verified> {
  return inSnapshot(db, (snapshot) => verifySnapshot(snapshot, known, findings, steps));
}

/** Verifies what a transaction sees. */
export async function verifySnapshot(db: Db, known: Known, findings: Findings, steps: Steps) {
  const { changes, beforeFirst } = await countChanges(db);
  steps.changes = changes;
  if (beforeFirst > 0) {
    const detail = `${beforeFirst} changes stand before the first position, where no seal reaches.`;
    findings.add({ code: 'change-inserted', detail });
  }
  const sealed = await checkSeals(db, known, findings, (done) => {
    steps.sealed = done;
  });
  steps.sealed = changes;
  const records = await checkRecords(db, findings, (done) => {
    steps.laid = done;
  });
  for (const { resource, resourceId, what } of await listDisagreements(db)) {
    findings.add({ code: 'derived-differs', resource, resourceId, detail: `${resource} ${resourceId}: ${what}.` });
  }
  return {
    ok: findings.count === 0,
    seals: sealed.seals,
    signedSeals: sealed.signed,
    signatures: known.keys.length === 0 ? 'not checked' : 'checked',
    lastSeal: sealed.last,
    changes,
    sealedChanges: sealed.changes,
    records,
    findings: findings.count,
    first: findings.first,
  };
}
