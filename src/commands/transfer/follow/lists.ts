/** Reads the list of a kind, and says where the feed goes on from it. */
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { Broken } from '../fault.js';
import { problemOf, refusedFor } from '../refusal.js';
import { call, type Service, textOf } from '../service.js';
import type { List, Row } from './mirror.js';

/** What a list has, and the position of the feed behind which everything is that it may not have. */
export interface Listed {
  rows: AsyncIterable<{ id: string; record: Row }>;
  position: string;
}

/** A small list of which only the position is wanted. */
const anyWhole = '/v1/teams/rows';

/**
 * Reads a list. One that has no position of its own, or consists of many, is read after a position was taken: what the feed
 * tells from there on comes in order, so that in the end each record is as its last change left it.
 */
export async function readList(service: Service, list: List): Promise<Listed> {
  if (!list.paged && list.below === undefined) {
    const answer = await open(service, list.path);
    return { rows: recordsOf(list, rowsOf(answer)), position: positionOf(answer) };
  }
  const answer = await open(service, anyWhole);
  for await (const _ of rowsOf(answer));
  const rows = list.below === undefined ? pagesOf(service, list.path) : rowsBelow(service, list.path, list.below);
  return { rows: recordsOf(list, rows), position: positionOf(answer) };
}

async function* recordsOf(
  { idOf, without = [] }: List,
  rows: AsyncIterable<Row>,
): AsyncGenerator<{ id: string; record: Row }> {
  const left: ReadonlySet<string> = new Set(without);
  for await (const row of rows) {
    yield { id: idOf(row), record: Object.fromEntries(Object.entries(row).filter(([name]) => !left.has(name))) };
  }
}

/** What is gone since its parent was listed, the feed tells. */
async function* rowsBelow(service: Service, path: string, parent: NonNullable<List['below']>): AsyncGenerator<Row> {
  const ids: string[] = [];
  for await (const row of pagesOf(service, parent.path)) ids.push(parent.idOf(row));
  for (const id of new Set(ids)) {
    const answer = await open(service, path.replace(':id', id), [404]);
    if (answer.statusCode === 404) await textOf(answer);
    else yield* rowsOf(answer);
  }
}

async function* pagesOf(service: Service, path: string): AsyncGenerator<Row> {
  for (let next: string | null = `${path}?limit=500`; next !== null; ) {
    const [at = '', query = ''] = next.split('?');
    const answer = await call(service, { method: 'GET', path: at, query: new URLSearchParams(query), headers: {} });
    if (answer.statusCode !== 200) throw refusedFor(await problemOf(answer), 5);
    const page: { items: Row[]; next: string | null } = JSON.parse(await textOf(answer));
    yield* page.items;
    next = page.next;
  }
}

async function open(service: Service, path: string, expected: readonly number[] = []): Promise<IncomingMessage> {
  const headers = { accept: 'application/x-ndjson' };
  const answer = await call(service, { method: 'GET', path, query: new URLSearchParams(), headers });
  if (answer.statusCode === 200 || expected.includes(answer.statusCode ?? 0)) return answer;
  throw refusedFor(await problemOf(answer), 5);
}

function positionOf(answer: IncomingMessage): string {
  return String(answer.headers['feed-position']);
}

async function* rowsOf(answer: IncomingMessage): AsyncGenerator<Row> {
  let broken: Error | null = null;
  answer.once('error', (error) => {
    broken = error;
  });
  for await (const line of createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield JSON.parse(line);
  }
  // A list that breaks off never looks like a whole one.
  if (broken !== null || !answer.complete)
    throw new Broken('The connection broke while a list came.', { reached: true });
}
