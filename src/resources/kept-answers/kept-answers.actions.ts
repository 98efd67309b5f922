import { hkdfSync } from 'node:crypto';
import type { BackgroundTask } from '../../platform/background.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { writeApart } from '../changes/changes.actions.js';
import {
  type AnswerKey,
  findKeptAnswer,
  holdKey,
  insertKeptAnswer,
  type KeptAnswerRow,
  removeOldAnswers,
} from './kept-answers.store.js';

/** How many old answers are removed at once: few enough that nobody waits for it. */
const atOnce = 1_000;

/**
 * Keeps the answers to requests with an `Idempotency-Key` for some hours. They are sealed for the caller and not by its token, so that
 * whoever has meanwhile a new secret or a fresh token is given its answer again, instead of doing twice what was done.
 */
export function makeKeptAnswers(db: Db, hours: number, secret: string) {
  return {
    find: (of: AnswerKey) => findKeptAnswer(db, of, hours),
    hold: (tx: Tx, of: AnswerKey) => holdKey(tx, of),
    sealingKey: (principalId: string) => Buffer.from(hkdfSync('sha256', secret, principalId, 'prot kept answers', 32)),
    keep: (tx: Tx, of: AnswerKey, answer: KeptAnswerRow) => insertKeptAnswer(tx, of, answer, hours),
  };
}

/** Removes what is older than that, a little at a time. */
export function forgetOldAnswers(db: Db, hours: number): BackgroundTask {
  return {
    name: 'forget old answers',
    everyMs: 60_000,
    turn: async () => (await writeApart(db, (tx) => removeOldAnswers(tx, hours, atOnce))) === atOnce,
  };
}
