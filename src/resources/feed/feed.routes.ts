import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type FeedPosition, readPosition, writePosition } from '../../domain/feed-position.js';
import { problems } from '../../domain/problem.js';
import { rules } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { type EventBatch, sendEvents } from '../../platform/http/event-stream.js';
import { Followers } from '../../platform/http/followers.js';
import { pathAfter } from '../../platform/http/page.js';
import { type Call, findPrincipal, serve } from '../../platform/http/serve.js';
import { sendLines } from '../../platform/http/whole.js';
import { ofDrafts } from '../../platform/http/withheld.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { type FeedPage, readFeed } from '../changes/feed.store.js';
import { isExpired } from '../changes/feed-position.store.js';
import { LogWatch } from '../changes/watch.store.js';
import { followChanges, listChanges } from './feed.contract.js';
import { type Following, followFeed, readToEnd, readWhenThereIs, type Stretch } from './follow.actions.js';
import { describeChanges, type FeedItem } from './items.actions.js';

/** How long a stream is silent at most, in milliseconds. */
const heartbeatMs = 15_000;
/** How often it is looked whether the key of a reader is still valid while nothing happens, in milliseconds. */
const checkMs = 5_000;

/** `followers` is how many may wait or stream at once, `days` how many the feed goes back, 0 for ever. */
export function feedRoutes(app: FastifyInstance, db: Db, settings: { followers: number; days: number }): void {
  const watch = new LogWatch(db);
  const followers = new Followers(app, settings.followers);

  const stream = async (request: FastifyRequest, reply: FastifyReply, following: Following) => {
    const isValid = async () => (await findPrincipal(request)) !== null;
    const signal = followers.admit(reply);
    const stretches = followFeed(db, watch, following, { isValid, checkMs, signal });
    // What goes wrong at the beginning is a problem document; later it ends the connection, and the client comes again.
    const first = await stretches.next();
    const batches = eventsOf(first, stretches, following.from.seen);
    return sendEvents(request, reply, 'change', { batches, heartbeatMs });
  };

  serve(app, listChanges, async (call) => {
    const { principal, query, request, reply } = call;
    requireOneRecord(query);
    const following = await followingOf(db, call, settings.days);
    if (request.representation === 'events') return stream(request, reply, following);
    if (request.representation === 'ndjson') return sendToEnd(db, request, reply, following);
    const { limit, order, wait } = query;
    const { from, filter } = following;
    const page =
      order === 'newest'
        ? await readFeed(db, principal, { after: from.after || Number.MAX_SAFE_INTEGER, limit, order, filter })
        : await readWhenThereIs(db, watch, following, {
            limit,
            waitMs: wait * 1_000,
            signal: wait > 0 ? followers.admit(reply) : AbortSignal.abort(),
          });
    return sendFeedPage(db, request, reply, { page, seen: from.seen });
  });

  serve(app, followChanges, async (call) => {
    requireOneRecord({ ...call.query, order: 'oldest' });
    return stream(call.request, call.reply, await followingOf(db, call, settings.days));
  });
}

/**
 * The history of one record has no end in time.
 * @throws problems.invalidInput, problems.cursorInvalid (400), problems.areaNotFound (404), problems.feedPositionExpired (410)
 */
async function followingOf(
  db: Db,
  call: Call<typeof listChanges> | Call<typeof followChanges>,
  days: number,
): Promise<Following> {
  const { principal: reader, query, request } = call;
  await requireAreaFilter(db, reader, query.area);
  const { resource, resourceId, groupId, area, action } = query;
  const from = readPosition(lastEventId(request) ?? query.after);
  if (from === null) throw problems.cursorInvalid();
  if (days > 0 && resourceId === undefined && (await isExpired(db, from.after, days)))
    throw problems.feedPositionExpired(days);
  return { reader, from, filter: { resource, resourceId, groupId, area, action } };
}

/** What a client that lost its stream says of how far it was; before its first event it says nothing. */
function lastEventId({ headers }: FastifyRequest): string | undefined {
  return [headers['last-event-id']].flat()[0] || undefined;
}

async function sendFeedPage(
  db: Db,
  request: FastifyRequest,
  reply: FastifyReply,
  { page, seen }: { page: FeedPage; seen: FeedPosition['seen'] },
) {
  const position = writePosition({ after: page.position, seen });
  const next = page.more ? pathAfter(request, position) : null;
  if (next !== null) reply.header('link', `<${next}>; rel="next"`);
  const { waitingSince } = page;
  const items = await describeChanges(db, page.items);
  return { items, next, position, upToDate: !page.more && waitingSince === null, waitingSince, ...ofDrafts(request) };
}

async function* eventsOf(
  first: IteratorResult<Stretch, void>,
  rest: AsyncGenerator<Stretch, void>,
  seen: FeedPosition['seen'],
): AsyncGenerator<EventBatch> {
  for (let stretch = first; !stretch.done; stretch = await rest.next()) {
    const { items, position } = stretch.value;
    const events = items.map((item) => ({ id: writePosition({ after: item.position, seen }), data: item }));
    yield { events, position };
  }
}

async function* linesOf(stretches: AsyncIterable<FeedItem[]>): AsyncGenerator<string> {
  for await (const items of stretches) yield items.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** Everything to where the feed ends now, as NDJSON; where it goes on then is known before. */
async function sendToEnd(
  db: Db,
  request: FastifyRequest,
  reply: FastifyReply,
  following: Following,
): Promise<Readable> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const isValid = async () => (await findPrincipal(request)) !== null;
  const { end, stretches } = await readToEnd(db, following, { isValid, signal: gone.signal });
  reply.header('feed-position', writePosition({ after: end, seen: following.from.seen }));
  return sendLines(request, reply, linesOf(stretches));
}

/** @throws problems.invalidInput (400) */
function requireOneRecord({
  order,
  resource,
  resourceId,
}: Pick<z.output<typeof listChanges.query>, 'order' | 'resource' | 'resourceId'>): void {
  if (resourceId !== undefined && resource === undefined)
    throw problems.invalidInput([rules.recordNotNamed('/query/resourceId')]);
  if (order === 'newest' && resourceId === undefined)
    throw problems.invalidInput([rules.recordNotNamed('/query/order')]);
}
