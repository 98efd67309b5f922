import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { asRecord } from '../record-value.js';
import { ofMoment } from './as-of.js';
import type { Cursors, SortKey } from './cursor.js';
import { readPreferences } from './prefer.js';
import { canonicalPath } from './prefix.js';
import { sendWhole, type Whole } from './whole.js';
import { draftsWithheld, ofDrafts, withholdsDrafts } from './withheld.js';

/**
 * A whole number in a query or a path, which arrives as text: decimal digits and nothing else, where JavaScript would
 * also read `0x10`, `1e1` or a space.
 */
export function wholeNumber<Shape extends z.ZodType<number>>(shape: Shape) {
  return z.preprocess((text) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text), shape);
}

/** A flag in a query: `true` or `false`, a boolean for whoever generates a client. */
export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ contract: { type: 'boolean' } });

/** The query parameters of every list, to be spread into its strict object. */
export const pageQuery = {
  limit: wholeNumber(z.int().min(1).max(500)).default(50).meta({ description: 'Most items on the page' }),
  after: z.string().min(1).max(2000).optional().meta({ description: 'Cursor of the page before, taken from `next`' }),
};

/** The query parameters of a list that is also answered whole. */
export const listQuery = {
  ...pageQuery,
  bom: flag
    .optional()
    .meta({ description: 'With `text/csv` only: begin with a byte order mark, which Excel needs to read Thai' }),
};

/** The shape of a page of items among which drafts may be: it says when they are withheld. */
export function pageWithDraftsOf<Item extends z.ZodType>(item: Item) {
  return pageOf(item).extend(draftsWithheld);
}

/** The shape of a page of items. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Absolute path of the next page; null on the last one', examples: [null] }),
    asOf: z
      .string()
      .optional()
      .meta({
        description: 'The moment that the page is of, in UTC; only with `asOf`',
        contract: { type: 'string', format: 'date-time' },
      }),
    total: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Number of items on all pages; only with `Prefer: count=exact`' }),
  });
}

/** What a store needs to read one page: how many rows, one more than the page shows, and after which sort key. */
export interface PageRequest {
  fetch: number;
  after: SortKey | null;
}

/** How one list is paged. Shapes: `read` gives at most `fetch` rows in order; `keyOf` gives the sort key of a row. */
interface Paging<Row> {
  query: { limit: number; after?: string | undefined };
  read: (page: PageRequest) => Promise<Row[]>;
  count: () => Promise<number>;
  keyOf: (row: Row) => SortKey;
  /** How the list is read to its end, where the contract says that it streams. */
  whole?: Whole;
}

/**
 * Reads one page and answers it: `{ items, next, total? }` and the `Link` header. A row more than asked for is read to
 * know whether there is a next page. A caller that asked for the whole list gets its stream.
 * @throws problems.cursorInvalid (400)
 */
export async function sendPage<Row>(request: FastifyRequest, reply: FastifyReply, paging: Paging<Row>) {
  if (paging.whole !== undefined && request.representation !== 'page') {
    return sendWhole(request, reply, { ...paging.whole, after: keyAfter(request, paging.query.after) });
  }
  return readPage(request, reply, paging);
}

/**
 * As `sendPage`, of a list that is not answered whole, or in another way.
 * @throws problems.cursorInvalid (400)
 */
export async function readPage<Row>(request: FastifyRequest, reply: FastifyReply, paging: Omit<Paging<Row>, 'whole'>) {
  const { cursors } = request.server;
  const { limit, after } = paging.query;
  const list = listKeyOf(request);
  const rows = await paging.read({ fetch: limit + 1, after: keyAfter(request, after) });
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  const next = last === undefined ? null : nextPath(request, list, paging.keyOf(last), cursors);
  if (next !== null) reply.header('link', `<${next}>; rel="next"`);
  const said = { ...ofMoment(), ...(request.routeOptions.config.operation?.withholdsDrafts && ofDrafts(request)) };
  if (!wantsExactCount(request)) return { items, next, ...said };
  reply.header('preference-applied', 'count=exact');
  return { items, next, ...said, total: await paging.count() };
}

/**
 * The sort key that a cursor of this list stands for; null without a cursor.
 * @throws problems.cursorInvalid (400)
 */
export function keyAfter(request: FastifyRequest, after: string | undefined): SortKey | null {
  return after === undefined ? null : request.server.cursors.read(listKeyOf(request), after);
}

/** A page that the database has put into JSON: its items with commas between, and the sort key that the next one follows. */
export interface ReadyPage {
  items: string;
  next: SortKey | null;
}

/**
 * As `sendPage`, of items that are JSON already.
 * @throws problems.cursorInvalid (400)
 */
export async function sendReadyPage(
  request: FastifyRequest,
  reply: FastifyReply,
  paging: Pick<Paging<never>, 'query' | 'count'> & { read: (page: PageRequest) => Promise<ReadyPage> },
): Promise<string> {
  const { cursors } = request.server;
  const { limit, after } = paging.query;
  const list = listKeyOf(request);
  const page = await paging.read({ fetch: limit + 1, after: keyAfter(request, after) });
  const next = page.next === null ? null : nextPath(request, list, page.next, cursors);
  if (next !== null) reply.header('link', `<${next}>; rel="next"`);
  const total = wantsExactCount(request) ? `,"total":${await paging.count()}` : '';
  if (total !== '') reply.header('preference-applied', 'count=exact');
  reply.type('application/json; charset=utf-8');
  const { asOf } = ofMoment();
  const moment = asOf === undefined ? '' : `,"asOf":"${asOf}"`;
  return `{"items":[${page.items}],"next":${JSON.stringify(next)}${moment}${total}}`;
}

/**
 * Which list a cursor belongs to: operation, what its path names, filters, sort and the caller's area; page or whole and
 * the size may change, and so may the way in which the path is written.
 */
function listKeyOf(request: FastifyRequest): string {
  const { limit, after, bom, ...filters } = asRecord(request.query);
  return JSON.stringify([
    request.routeOptions.url,
    request.params,
    Object.entries(filters).sort(),
    request.principal?.areaCode ?? null,
    // Those whose lists are without drafts have cursors of their own.
    ...(withholdsDrafts(request) ? ['without drafts'] : []),
  ]);
}

function nextPath(request: FastifyRequest, list: string, key: SortKey, cursors: Cursors): string {
  return pathAfter(request, cursors.write(list, key));
}

/** The address of the request with another `after`. */
export function pathAfter(request: FastifyRequest, after: string): string {
  const query = new URLSearchParams(request.url.slice(`${request.url}?`.indexOf('?') + 1));
  query.set('after', after);
  return `${canonicalPath(request)}?${query}`;
}

/** `Prefer: count=exact` (RFC 7240); preferences we do not know are ignored, as it asks. */
function wantsExactCount(request: FastifyRequest): boolean {
  const { prefer } = request.headers;
  return prefer !== undefined && readPreferences([prefer].flat().join(',')).get('count')?.toLowerCase() === 'exact';
}
