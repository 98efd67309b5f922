/** Answers about published rounds. Nothing in such a round can change any more, so its figures are counted once. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** An answer ready to be sent. The tag is strong: every node that counts the same figures writes the same bytes. */
export interface KeptAnswer {
  body: Buffer;
  etag: string;
}

/** The part of a round that figures are about, as the caller asked for it. */
export interface AnswerKey {
  roundId: string;
  areaCode: string | null;
  top: number;
  by: string | undefined;
}

/** Room for a few hundred answers with a part for each district, or thousands without. */
const answers = new LRUCache<string, KeptAnswer>({
  maxSize: 64 * 1024 * 1024,
  maxEntrySize: 16 * 1024 * 1024,
  sizeCalculation: ({ body }) => body.length,
});

/** The answer that was kept, or null. */
export function findAnswer(key: AnswerKey): KeptAnswer | null {
  return answers.get(nameOf(key)) ?? null;
}

export function keepAnswer(key: AnswerKey, answer: KeptAnswer): KeptAnswer {
  answers.set(nameOf(key), answer);
  return answer;
}

/** Puts an answer into bytes. The tag is of the bytes as well as of the round: a newer service may say more about it. */
export function answerOf(version: number, answer: object): KeptAnswer {
  const body = Buffer.from(JSON.stringify(answer));
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, etag: `"${version}-${digest}"` };
}

function nameOf({ roundId, areaCode, top, by }: AnswerKey): string {
  return `${roundId}/${areaCode ?? ''}/${top}/${by ?? ''}`;
}
