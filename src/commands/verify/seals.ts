/** The seals against the log: each is made again, and what does not fit is named. */
import type { Db } from '../../platform/db/database.js';
import { ChainedHash, leafBytes, noHash } from '../../platform/sealing/chain.js';
import { isSignedBy, type PublicKey } from '../../platform/sealing/signing.js';
import { sealForm } from '../../resources/seals/seals.record.js';
import { listSealedChanges, type SealedChange, type SealRow, signedView } from '../../resources/seals/seals.store.js';
import { listSealsAfter } from '../verify.store.js';
import type { Findings } from './findings.js';

/** What is known of the seals from elsewhere. */
export interface Known {
  /** The keys that may have signed; none when signatures are not to be checked. */
  keys: readonly PublicKey[];
  /** Hashes of seals that were noted elsewhere, by their numbers. */
  hashes: ReadonlyMap<number, string>;
}

/** What was found to be sealed. */
export interface Sealed {
  seals: number;
  signed: number;
  changes: number;
  /** The newest seal: to be noted elsewhere. */
  last: { sealNo: number; hash: string } | null;
}

const sealsAtOnce = 20;
const changesAtOnce = 2_000;

export async function checkSeals(
  db: Db,
  known: Known,
  findings: Findings,
  tell: (changes: number) => void,
): Promise<Sealed> {
  const sealed: Sealed = { seals: 0, signed: 0, changes: 0, last: null };
  let before: SealRow | null = null;
  for (;;) {
    const next: SealRow[] = await listSealsAfter(db, before?.sealNo ?? 0, sealsAtOnce);
    for (const seal of next) {
      checkChain(seal, before, findings);
      checkSignature(seal, sealed.signed > 0, known.keys, findings);
      if (seal.form === sealForm) await checkChanges(db, seal, findings);
      else findings.add(altered(seal, `is of a form that this version does not know, ${JSON.stringify(seal.form)}`));
      sealed.seals += 1;
      sealed.signed += seal.signature === null ? 0 : 1;
      sealed.changes += seal.changeCount;
      sealed.last = { sealNo: seal.sealNo, hash: seal.hash };
      checkNoted(seal, known.hashes, findings);
      tell(sealed.changes);
      before = seal;
    }
    if (next.length < sealsAtOnce) break;
  }
  for (const [sealNo] of known.hashes) {
    if (sealNo > sealed.seals) {
      findings.add({ code: 'seal-missing', sealNo, detail: `Seal ${sealNo} was noted elsewhere and is not there.` });
    }
  }
  return sealed;
}

function altered({ sealNo }: SealRow, what: string) {
  return { code: 'seal-altered', sealNo, detail: `Seal ${sealNo} ${what}.` } as const;
}

function checkChain(seal: SealRow, before: SealRow | null, findings: Findings): void {
  const { sealNo, toPosition, hash } = before ?? { sealNo: 0, toPosition: 0, hash: noHash };
  for (let missing = sealNo + 1; missing < seal.sealNo; missing += 1) {
    findings.add({ code: 'seal-missing', sealNo: missing, detail: `Seal ${missing} is missing.` });
  }
  if (seal.sealNo !== sealNo + 1) return;
  if (seal.previousHash !== hash) findings.add(altered(seal, 'does not continue the seal before: its hash is another'));
  if (seal.fromPosition !== toPosition + 1) {
    findings.add(altered(seal, `begins at ${seal.fromPosition} and the seal before ends at ${toPosition}`));
  }
}

function checkNoted({ sealNo, hash }: SealRow, hashes: Known['hashes'], findings: Findings): void {
  const noted = hashes.get(sealNo);
  if (noted === undefined || noted === hash) return;
  findings.add({ code: 'seal-altered', sealNo, detail: `Seal ${sealNo} has another hash than was noted elsewhere.` });
}

/** A seal without a signature is one that was never signed, unless one before it is. */
function checkSignature(seal: SealRow, wasSigned: boolean, keys: readonly PublicKey[], findings: Findings): void {
  if (keys.length === 0) return;
  const { sealNo, signature, keyId } = seal;
  const wrong = (what: string) => findings.add({ code: 'signature-wrong', sealNo, detail: `Seal ${sealNo} ${what}.` });
  if (signature === null) {
    if (wasSigned) wrong('is not signed, and one before it is');
    return;
  }
  const key = keys.find(({ kid }) => kid === keyId);
  if (key === undefined) wrong(`is signed by key ${keyId}, which is none of those given`);
  else if (!isSignedBy(key, signedView(seal), signature)) wrong(`has not been signed by key ${keyId} as it is`);
}

async function checkChanges(db: Db, seal: SealRow, findings: Findings): Promise<void> {
  const chained = new ChainedHash(seal.previousHash);
  let last = seal.fromPosition - 1;
  for await (const change of changesOf(db, seal)) {
    chained.add(change);
    last = change.position;
  }
  const { hash, leaves } = chained.end();
  if (hash === seal.hash && chained.count === seal.changeCount && last === seal.toPosition) {
    if (!leaves.equals(seal.leaves)) findings.add(altered(seal, 'has other short hashes of its changes than it had'));
    return;
  }
  const before = findings.count;
  await nameChanges(db, seal, leaves, findings);
  if (findings.count > before) return;
  const stretch = `the changes from ${seal.fromPosition} to ${seal.toPosition}`;
  findings.add(altered(seal, `does not fit ${stretch}: it was altered, or one of them and what names it`));
}

async function* changesOf(db: Db, { fromPosition, toPosition }: SealRow): AsyncGenerator<SealedChange, void> {
  for (let after = fromPosition - 1; ; ) {
    const changes = await listSealedChanges(db, { after, upTo: toPosition }, changesAtOnce);
    yield* changes;
    after = changes.at(-1)?.position ?? after;
    if (changes.length < changesAtOnce) return;
  }
}

/** Compares the hash of each change with the one that the seal keeps, and names what was altered, put in or taken out. */
async function nameChanges(db: Db, seal: SealRow, found: Buffer, findings: Findings): Promise<void> {
  const [sealed, now] = [leavesOf(seal.leaves), leavesOf(found)];
  const [inSeal, inLog] = [new Set(sealed), new Set(now)];
  const add = (code: 'change-altered' | 'change-inserted', change: SealedChange) =>
    findings.add({
      code,
      sealNo: seal.sealNo,
      position: change.position,
      resource: String(change.resource),
      resourceId: String(change.resourceId),
      detail: `Change ${change.position} (${change.action} of ${change.resource} ${change.resourceId}) ${
        code === 'change-altered' ? 'is not as it was sealed' : 'was put in after it was sealed'
      }, in seal ${seal.sealNo}.`,
    });
  const miss = (after: number, before: number | null) =>
    findings.add({
      code: 'change-missing',
      sealNo: seal.sealNo,
      position: after,
      detail: `A change after ${after} and ${before === null ? `up to ${seal.toPosition}` : `before ${before}`} is missing, in seal ${seal.sealNo}.`,
    });
  let [place, last, index] = [0, seal.fromPosition - 1, 0];
  for await (const change of changesOf(db, seal)) {
    const leaf = now[index] ?? '';
    index += 1;
    while (place < sealed.length && sealed[place] !== leaf && inSeal.has(leaf) && !inLog.has(sealed[place] ?? '')) {
      miss(last, change.position);
      place += 1;
    }
    if (sealed[place] === leaf) place += 1;
    else if (place < sealed.length && !inLog.has(sealed[place] ?? '')) {
      add('change-altered', change);
      place += 1;
    } else add('change-inserted', change);
    last = change.position;
  }
  for (; place < sealed.length; place += 1) miss(last, null);
}

function leavesOf(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  return hex.match(new RegExp(`.{${2 * leafBytes}}`, 'g')) ?? [];
}
