/** An answer of the API: its body, and the ETag when it has one. */
export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the demo reads the API as any stranger's script would, without its types
  body: any;
  etag: string | null;
}

/** Calls the API over HTTP with one key. */
export type Call = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
  etag?: string | null,
) => Promise<Answered>;

/** Makes a caller. What is not a success is thrown with the problem's own words, unless the status is expected. */
export function makeCall(address: string, secret: string, expected: readonly number[] = []): Call {
  return async (method, path, body, etag) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        // Caller and service share a process: packing and unpacking thousands of answers would be for nothing.
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(etag ? { 'if-match': etag } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, body: text && JSON.parse(text), etag: response.headers.get('etag') };
    if (response.ok || expected.includes(response.status)) return answer;
    throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
  };
}

/** Runs a task for every item, several at a time. */
export async function forEachOf<Item>(
  items: readonly Item[],
  task: (item: Item) => Promise<unknown>,
  atOnce = 8,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Every item of a list, page after page. */
export async function listAll(call: Call, path: string): Promise<Answered['body'][]> {
  const items: Answered['body'][] = [];
  for (let next: string | null = path; next !== null; ) {
    const { body } = await call('GET', next);
    items.push(...body.items);
    next = body.next;
  }
  return items;
}

/** What `If-Match` names for a record that came in a list. */
export function etagOf({ version }: { version: number }): string {
  return `"${version}"`;
}
