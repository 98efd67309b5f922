import type { Principal } from '../../domain/access.js';
import { type FeedPosition, writePosition } from '../../domain/feed-position.js';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { type FeedFilter, type FeedPage, readFeed } from '../changes/feed.store.js';
import { findLastPosition } from '../changes/feed-position.store.js';
import { findSettled, type Settled } from '../changes/settled.store.js';
import type { LogWatch } from '../changes/watch.store.js';
import { describeChanges, type FeedItem } from './items.actions.js';

/** Most changes that are read at once for who takes them all. */
const mostAtOnce = 200;

/** Who reads the feed, from where, and which of it. */
export interface Following {
  reader: Principal;
  from: FeedPosition;
  filter: FeedFilter;
}

/** Some changes that follow each other, and where to read on from behind them. */
export interface Stretch {
  items: FeedItem[];
  position: string;
}

/** How one is followed who does not come to an end, times in milliseconds. */
export interface Patience {
  /** Whether the reader may still read; asked before each reading, and every `checkMs` while nothing happens. */
  isValid(): Promise<boolean>;
  checkMs: number;
  signal: AbortSignal;
}

/**
 * Waits for a page that tells something, as long as is asked: the reader gets an empty one after that.
 * @throws whatever reading does
 */
export async function readWhenThereIs(
  db: Db,
  watch: LogWatch,
  { reader, from, filter }: Following,
  { limit, waitMs, signal }: { limit: number; waitMs: number; signal: AbortSignal },
): Promise<FeedPage> {
  const giveUpAt = performance.now() + waitMs;
  let state: Settled | undefined;
  for (let { after } = from; ; ) {
    const page = await readFeed(db, reader, { after, seen: from.seen, limit, filter }, state);
    if (page.items.length > 0 || page.more) return page;
    after = page.position;
    const news = await watch.next(page.settled, giveUpAt - performance.now(), signal);
    if (news === null) return page;
    state = news;
  }
}

/** Follows the feed until the reader goes or may read no more. A stretch without changes says that it is still followed. */
export async function* followFeed(
  db: Db,
  watch: LogWatch,
  { reader, from, filter }: Following,
  { isValid, checkMs, signal }: Patience,
): AsyncGenerator<Stretch, void> {
  let state: Settled | undefined;
  for (let { after } = from; !signal.aborted && (await isValid()); ) {
    const page = await readFeed(db, reader, { after, seen: from.seen, limit: mostAtOnce, filter }, state);
    after = page.position;
    yield { items: await describeChanges(db, page.items), position: writePosition({ after, seen: from.seen }) };
    state = page.more ? page : ((await watch.next(page.settled, checkMs, signal)) ?? undefined);
  }
}

/**
 * Reads the feed to where it ends now.
 * @throws problems.unauthenticated (401) when the reader may read no more: what has come is then not whole
 */
export async function readToEnd(
  db: Db,
  { reader, from, filter }: Following,
  { isValid, signal }: Pick<Patience, 'isValid' | 'signal'>,
): Promise<{ end: number; stretches: AsyncGenerator<FeedItem[], void> }> {
  const state = await findSettled(db);
  const read = (after: number) => readFeed(db, reader, { after, seen: from.seen, limit: mostAtOnce, filter }, state);
  const first = await read(from.after);
  async function* stretches() {
    for (let page = first; ; page = await read(page.position)) {
      yield await describeChanges(db, page.items);
      if (!page.more || signal.aborted) return;
      if (!(await isValid())) throw problems.unauthenticated();
    }
  }
  return { end: Math.max(from.after, await findLastPosition(db, state.settled)), stretches: stretches() };
}
