import type { Answer, Client } from './client.js';
import { made } from './world.js';

export type Change = Answer['body'];

/** Every change from a position on, a few at a time, and where the last page ended. */
export async function follow(
  client: Client,
  after = '0',
  query = '',
  limit = 3,
): Promise<{ items: Change[]; position: string }> {
  const items: Change[] = [];
  for (let position = after; ; ) {
    const page = await made(client.get(`/v1/changes?after=${position}&limit=${limit}${query}`));
    items.push(...page.items);
    position = page.position;
    if (page.next === null) return { items, position };
  }
}

/** Where the feed ends now. */
export async function endOf(client: Client): Promise<string> {
  return (await follow(client)).position;
}

/** A whole list as it is now, and where the feed goes on from it. */
export async function readWhole(client: Client, path: string): Promise<{ rows: Change[]; position: string }> {
  const { bytes, headers } = await client.get(path, { accept: 'application/x-ndjson' });
  const lines = bytes.toString('utf8').split('\n').filter(Boolean);
  return { rows: lines.map((line) => JSON.parse(line)), position: String(headers['feed-position']) };
}
