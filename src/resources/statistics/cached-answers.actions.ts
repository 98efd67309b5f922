/**
 * Answers about rounds. Nothing in a published round can change any more, so its figures are counted once; what was
 * counted of another one is kept to give the same bytes for as long as its figures are the same.
 */
import { LRUCache } from 'lru-cache';
import type { RoundStatus } from '../../domain/round.js';
import { momentRead } from '../../platform/db/as-of.js';
import { digestOf } from '../../platform/digest.js';

/** An answer ready to be sent. Where the tag is strong, every node that counts the same figures writes the same bytes. */
export interface CachedAnswer {
  body: Buffer;
  etag: string;
}

/**
 * The part of a round that figures are about, as the caller asked for it, and whether drafts were counted for it. A round that is
 * published is a new version.
 */
export interface AnswerKey {
  roundId: string;
  version: number;
  areaCode: string | null;
  top: number;
  by: string | undefined;
  withDrafts: boolean;
}

/** Room for a few hundred answers with a part for each district, or thousands without. */
const answers = new LRUCache<string, CachedAnswer>({
  maxSize: 64 * 1024 * 1024,
  maxEntrySize: 16 * 1024 * 1024,
  sizeCalculation: ({ body }) => body.length,
});

/** The answer that was kept, or null; of the past none is, since whoever asked for it may keep it for ever. */
export function findAnswer(key: AnswerKey): CachedAnswer | null {
  return momentRead() === null ? (answers.get(nameOf(key)) ?? null) : null;
}

export function cacheAnswer(key: AnswerKey, answer: CachedAnswer): CachedAnswer {
  if (momentRead() === null) answers.set(nameOf(key), answer);
  return answer;
}

/**
 * Puts an answer into bytes. The tag is of the bytes as well as of the round: a newer service may say more about it. While
 * a round can still change, the instant of counting is another at every call and on every node, so the tag leaves it out
 * and is weak.
 */
export function describeAnswer(
  round: { version: number; status: RoundStatus },
  answer: { asOf: string },
): CachedAnswer {
  const text = JSON.stringify(answer);
  const body = Buffer.from(text);
  if (round.status === 'published' || momentRead() !== null)
    return { body, etag: `"${round.version}-${digestOf(text)}"` };
  return { body, etag: `W/"${round.version}-${digestOf(JSON.stringify({ ...answer, asOf: null }))}"` };
}

function nameOf({ roundId, version, areaCode, top, by, withDrafts }: AnswerKey): string {
  return `${roundId}/${version}/${areaCode ?? ''}/${top}/${by ?? ''}/${withDrafts}`;
}
