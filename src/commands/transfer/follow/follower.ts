/** Fills a copy from whole lists and keeps it up to date by the feed: a client that knows the API and nothing else. */
import { setTimeout as delay } from 'node:timers/promises';
import { Broken } from '../fault.js';
import { problemOf, refusedFor } from '../refusal.js';
import { call, type Service, textOf } from '../service.js';
import { readList } from './lists.js';
import {
  type Change,
  type Kind,
  kinds,
  kindsToRead,
  type Mirror,
  type Positions,
  type Step,
  stepsOf,
} from './mirror.js';

export interface FollowOptions {
  /** Ends when the copy has everything, instead of waiting for more. */
  once: boolean;
  say: (line: string) => void;
}

interface Page {
  items: Change[];
  next: string | null;
  position: string;
  upToDate: boolean;
}

const waitSeconds = 30;
const longestPauseMs = 10_000;

/** The feed does not reach back to where the copy is: it can only be begun anew. */
class Expired extends Error {}

/**
 * Follows until it is stopped, or with `once` until the copy has everything. A service that is away is waited for, once it
 * was reached.
 * @throws Refused, OwnFault, or Broken when the service was never reached
 */
export async function follow(service: Service, mirror: Mirror, options: FollowOptions): Promise<void> {
  let reached = false;
  for (let failures = 0; ; ) {
    try {
      await fillMissing(service, mirror, options, () => {
        reached = true;
        failures = 0;
      });
      return;
    } catch (error) {
      if (service.signal.aborted) return;
      if (error instanceof Expired) {
        options.say('The feed does not reach back so far any more; the copy is begun anew.');
        await mirror.clear();
        continue;
      }
      if (!(error instanceof Broken) || !(reached || error.reached)) throw error;
      failures += 1;
      const pauseMs = Math.max(error.waitMs, Math.min(250 * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2));
      options.say(`${error.message} It is asked again.`);
      await delay(pauseMs, undefined, { signal: service.signal }).catch(() => {});
      if (service.signal.aborted) return;
    }
  }
}

async function fillMissing(service: Service, mirror: Mirror, options: FollowOptions, answered: () => void) {
  for (const kind of kinds) {
    if (mirror.positions()[kind.name] !== undefined) continue;
    await fill(service, mirror, kind);
    answered();
  }
  for (const kind of kinds) {
    await readOnToPlain(service, mirror, kind);
    answered();
  }
  options.say(`The copy has ${mirror.count()} records; it follows what changes.`);
  for (;;) {
    const { upToDate, next } = await readOn(service, mirror, { kind: null, wait: options.once ? 0 : waitSeconds });
    answered();
    if (options.once && upToDate && next === null) return;
    if (service.signal.aborted) return;
  }
}

async function fill(service: Service, mirror: Mirror, { name, list }: Kind): Promise<void> {
  const { rows, position } = await readList(service, list);
  await mirror.fill(name, rows, position);
}

/** What a list saw beyond its position is left out of the feed by that position alone, so each kind is read on by itself first. */
async function readOnToPlain(service: Service, mirror: Mirror, { name }: Kind): Promise<void> {
  while (!isPlain(mirror.positions()[name])) await readOn(service, mirror, { kind: name, wait: 0 });
}

/** Reads a page of the feed and applies it: of one kind, or of all from the earliest position on. */
async function readOn(
  service: Service,
  mirror: Mirror,
  { kind, wait }: { kind: string | null; wait: number },
): Promise<Page> {
  const before = mirror.positions();
  const from = kind === null ? earliest(before) : (before[kind] ?? '0');
  const query = new URLSearchParams({ after: from, limit: '500', wait: String(wait) });
  if (kind !== null) query.set('resource', kind);
  const page = await pageOf(service, query);
  await readAnew(service, mirror, page.items);
  const positions = mirror.positions();
  const figuresOf = (groupId: string) => mirror.idsOf('figures', `${groupId}/`);
  const steps = page.items.flatMap((change) => {
    const known = positions[change.resource];
    // What a list had already, and kinds that are not copied.
    if (known === undefined || (kind === null && change.position <= Number(known))) return [];
    // What a record brings along may be in the list of its kind already, and newer.
    const isNews = (step: Step) => step.kind === change.resource || change.position > Number(positions[step.kind] ?? 0);
    return stepsOf(change, figuresOf).filter(isNews);
  });
  await mirror.apply(steps, movedOn(positions, kind, page.position));
  return page;
}

/** Reads the lists again of which changes say nothing, before these are applied: whoever is killed between the two does it again. */
async function readAnew(service: Service, mirror: Mirror, changes: readonly Change[]): Promise<void> {
  const known = mirror.positions();
  const wanted = new Set(
    changes.filter(({ resource, position }) => position > Number(known[resource])).flatMap(kindsToRead),
  );
  for (const one of wanted) {
    if (known[one.name] === undefined) continue;
    await fill(service, mirror, one);
    await readOnToPlain(service, mirror, one);
  }
}

async function pageOf(service: Service, query: URLSearchParams): Promise<Page> {
  const answer = await call(service, { method: 'GET', path: '/v1/changes', query, headers: {} });
  if (answer.statusCode === 200) return JSON.parse(await textOf(answer));
  const problem = await problemOf(answer);
  if (problem.code === 'feed-position-expired') throw new Expired();
  throw refusedFor(problem, 5);
}

/** The positions after a page: those of the kinds that it was behind. */
function movedOn(positions: Positions, kind: string | null, position: string): Positions {
  if (kind !== null) return { [kind]: position };
  const behind = Object.entries(positions).filter(([, known]) => Number(known) < Number(position));
  return Object.fromEntries(behind.map(([name]) => [name, position]));
}

function earliest(positions: Positions): string {
  return String(Math.min(...Object.values(positions).map(Number)));
}

function isPlain(position: string | undefined): boolean {
  return position !== undefined && /^\d+$/.test(position);
}
