import type { BackgroundTask } from '../../platform/background.js';
import type { Db } from '../../platform/db/database.js';
import { ChainedHash, noHash } from '../../platform/sealing/chain.js';
import type { SigningKey } from '../../platform/sealing/signing.js';
import { writeApart } from '../changes/changes.actions.js';
import { findSettled } from '../changes/settled.store.js';
import { sealForm } from './seals.record.js';
import {
  findLastSeal,
  insertSeal,
  isWorthSealing,
  listSealedChanges,
  lockSealing,
  readSealingTime,
  type SealRow,
  type Stretch,
  signedView,
} from './seals.store.js';

/** When and how changes are sealed. */
export interface Sealing {
  /** How old the oldest change that is not sealed gets, in seconds; many changes are sealed sooner. */
  afterSeconds: number;
  key: SigningKey | null;
  /** Most changes of one seal. */
  most?: number;
}

/** So many changes are sealed however young they are. */
const many = 1_000;
const atOnce = 200;

/** The task that seals what is settled. */
export function sealChanges(db: Db, sealing: Sealing): BackgroundTask {
  return { name: 'sealing changes', everyMs: 5_000, turn: () => sealNext(db, sealing) };
}

/**
 * Makes the next seal, if it is time: over changes that nothing can come between any more, off the path of writes. Any
 * number of nodes may try; one does it.
 * @returns whether there may be more to seal at once
 */
export async function sealNext(db: Db, { afterSeconds, key, most = 10_000 }: Sealing): Promise<boolean> {
  const { settled } = await findSettled(db, 0);
  const last = await findLastSeal(db);
  const unsealed = { after: last?.toPosition ?? 0, upTo: settled };
  if (!(await isWorthSealing(db, unsealed, afterSeconds, Math.min(many, most)))) return false;
  return writeApart(db, async (tx) => {
    if (!(await lockSealing(tx))) return false;
    const previous = await findLastSeal(tx);
    const { sealNo, toPosition, hash } = previous ?? { sealNo: 0, toPosition: 0, hash: noHash };
    const sealed = await hashChanges(tx, hash, { after: toPosition, upTo: settled }, most);
    if (sealed.changeCount === 0) return false;
    const seal: SealRow = {
      sealNo: sealNo + 1,
      form: sealForm,
      fromPosition: toPosition + 1,
      toPosition: sealed.lastPosition,
      changeCount: sealed.changeCount,
      previousHash: hash,
      hash: sealed.hash,
      leaves: sealed.leaves,
      sealedAt: await readSealingTime(tx),
      signature: null,
      keyId: null,
    };
    await insertSeal(tx, key === null ? seal : { ...seal, ...signatureOf(seal, key) });
    return sealed.changeCount === most;
  });
}

async function hashChanges(db: Db, previousHash: string, stretch: Stretch, most: number) {
  const chained = new ChainedHash(previousHash);
  let lastPosition = stretch.after;
  while (chained.count < most) {
    const rest = Math.min(atOnce, most - chained.count);
    const changes = await listSealedChanges(db, { ...stretch, after: lastPosition }, rest);
    for (const change of changes) chained.add(change);
    lastPosition = changes.at(-1)?.position ?? lastPosition;
    if (changes.length < rest) break;
  }
  return { ...chained.end(), changeCount: chained.count, lastPosition };
}

function signatureOf(seal: SealRow, key: SigningKey): Pick<SealRow, 'signature' | 'keyId'> {
  return { signature: key.sign(signedView(seal)), keyId: key.publicKey.kid };
}
