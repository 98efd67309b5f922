/**
 * Answers about the past. Two times are kept apart: when something was so in the world (the day of figures, of an
 * assessment), which is a field of its record, and when the service knew it, which is `asOf`.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { endOfDayInBangkok } from '../../domain/calendar.js';
import { momentRead, readAsOf } from '../db/as-of.js';
import { digestOf } from '../digest.js';
import { apiVersion } from './api-version.js';
import { namesTag, readTagCondition, valueOfTag } from './entity-tags.js';
import { withholdsDrafts } from './withheld.js';

/** Refuses a moment of which the past cannot be told for ever, and waits until all that was recorded by then is. */
export type RequireMoment = (moment: string) => Promise<void>;

const sentence = {
  en: 'A moment is a day, 2026-09-30, or an instant with its offset: 2026-09-30T17:00:00Z.',
  th: 'asOf ต้องเป็นวันที่ เช่น 2026-09-30 หรือเวลาพร้อมเขตเวลา เช่น 2026-09-30T17:00:00Z',
};

/** The query parameter of what can be asked for as it was: an instant in UTC comes out, with milliseconds. */
const asOf = z
  .string()
  .refine((given) => momentOf(given) !== null, { params: { code: 'invalid-format', detail: sentence } })
  .overwrite((given) => momentOf(given) ?? given)
  .meta({
    description:
      'What the service knew at this instant, or at the end of this day in Bangkok. Not the day of figures or of an assessment, which say when something was so in the world.',
    examples: ['2026-09-30'],
    contract: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$' },
  });

/** Added to the query of each operation that can be asked for as it was. */
export const asOfQuery = { asOf: asOf.optional() };

const aDay = z.iso.date();
const anInstant = z.iso.datetime({ offset: true });

/** Null for what is no moment. */
function momentOf(given: string): string | null {
  const day = aDay.safeParse(given).success;
  if (!day && !anInstant.safeParse(given).success) return null;
  const moment = day ? endOfDayInBangkok(given) : new Date(given).toISOString();
  // A year before 0 or after 9999 has a sign.
  return /^\d/.test(moment) ? moment : null;
}

/**
 * Answers as the records were at a moment, which must be settled. The answer is the same for ever, so that it has a strong
 * tag, which says what was asked of whom, and whoever has it already is told so without reading anything.
 * @throws problems.asOfInFuture, problems.asOfBeforeRecords (400), problems.asOfNotSettled (409)
 */
export async function answerAsOf<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  moment: string,
  answer: () => Promise<T>,
): Promise<T | undefined> {
  await request.server.requireMoment(moment);
  const tag = tagOfQuestion(request, moment);
  const { 'if-none-match': ifNoneMatch } = request.headers;
  const condition = ifNoneMatch === undefined ? null : readTagCondition(ifNoneMatch);
  if (condition !== null && condition !== '*' && namesTag(condition, valueOfTag(tag))) {
    describe(reply, moment, tag);
    reply.code(304).send();
    return undefined;
  }
  const answered = await readAsOf(moment, answer);
  describe(reply, moment, tag);
  return answered;
}

/** The moment that an answer is of, to stand in its body; nothing when it is of the present. */
export function ofMoment(): { asOf?: string } {
  const moment = momentRead();
  return moment === null ? {} : { asOf: moment };
}

function describe(reply: FastifyReply, moment: string, tag: string): void {
  reply.header('as-of', moment);
  // A record has a tag of its own, by which it can be changed.
  if (!reply.hasHeader('etag')) reply.header('etag', tag);
  reply.header('cache-control', 'private, max-age=31536000, immutable');
}

function tagOfQuestion(request: FastifyRequest, moment: string): string {
  const { routeOptions, params, query, principal, representation, headers, prefix } = request;
  const area = principal?.areaCode ?? null;
  const cut = withholdsDrafts(request) ? ['without drafts'] : [];
  const asked = [
    routeOptions.url,
    params,
    query,
    area,
    representation,
    headers.prefer,
    prefix,
    moment,
    apiVersion,
    ...cut,
  ];
  return `"as-of-${digestOf(JSON.stringify(asked))}"`;
}
