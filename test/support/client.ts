import { gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import type { Database } from '../../src/platform/db/database.js';
import type { Contract, Exchange } from './contract-check.js';
import { stateOf } from './state.js';

type Headers = Readonly<Record<string, string>>;

/** A request. `body` is sent as JSON; `payload` as it is, with the content type that `headers` say. */
export interface Call {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS';
  path: string;
  body?: unknown;
  payload?: string | Buffer;
  headers?: Headers;
}

/** What a refusal is expected to say; `pointers` are those of `errors`, all of them, in order. */
export interface Refusal {
  status: number;
  code: string;
  pointers?: readonly string[];
}

/** What came back. `bytes` is the body before any parsing. */
export interface Answer extends Exchange {
  bytes: Buffer;
}

/** Calls the API with one key. Every answer is checked against the contract; one that differs fails the test. */
export interface Client {
  send(call: Call): Promise<Answer>;
  get(path: string, headers?: Headers): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Headers): Promise<Answer>;
  put(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Headers): Promise<Answer>;
  delete(path: string, headers?: Headers): Promise<Answer>;
  /** Expects a refusal, and that not one row of the database differs after it. */
  refused(t: Test, call: Call, expected: Refusal): Promise<Answer>;
  /** Follows `next` from a path to the end and gives the items of every page. */
  pages(path: string): Promise<Answer['body'][][]>;
}

/** A key of null sends no Authorization. */
export function makeClient(
  app: FastifyInstance,
  database: Database,
  contract: Contract,
  secret: string | null,
): Client {
  const send = async (call: Call): Promise<Answer> => {
    const { method, path, body, payload, headers } = call;
    const response = await app.inject({
      method,
      url: path,
      headers: {
        ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      ...(payload === undefined ? {} : { payload }),
    });
    const { statusCode: status, headers: received, rawPayload: bytes } = response;
    const sentFile = /^(application\/x-ndjson|text\/csv)\b/i.test(headers?.['content-type'] ?? '');
    const answer = { method, path, status, headers: received, body: bodyOf(received, bytes), bytes, sentFile };
    contract.check(answer);
    return answer;
  };
  const client: Client = {
    send,
    get: (path, headers = {}) => send({ method: 'GET', path, headers }),
    post: (path, body, headers = {}) => send({ method: 'POST', path, body, headers }),
    put: (path, body, headers = {}) => send({ method: 'PUT', path, body, headers }),
    patch: (path, body, headers = {}) => send({ method: 'PATCH', path, body, headers }),
    delete: (path, headers = {}) => send({ method: 'DELETE', path, headers }),
    refused: async (t, call, expected) => {
      const before = await stateOf(database);
      const answer = await send(call);
      const what = `${call.method} ${call.path} is refused`;
      const { status, body } = answer;
      const seen = { status, code: body?.code, pointers: body?.errors?.map((error: Violation) => error.pointer) };
      t.strictSame(
        seen,
        { ...expected, pointers: expected.pointers ?? seen.pointers },
        `${what} with ${expected.code}`,
      );
      t.strictSame(await stateOf(database), before, `${what} and changes nothing`);
      return answer;
    },
    pages: (path) => readPages(client, path),
  };
  return client;
}

type Violation = { pointer: string };

export async function readPages(client: Pick<Client, 'get'>, path: string): Promise<Answer['body'][][]> {
  const pages: Answer['body'][][] = [];
  for (let next: string | null = path; next !== null; ) {
    const { status, headers, body }: Answer = await client.get(next);
    if (status !== 200) throw new Error(`${next} answered ${status}: ${JSON.stringify(body)}`);
    const link: string | undefined = body.next === null ? undefined : `<${body.next}>; rel="next"`;
    if (headers.link !== link) throw new Error(`Link is ${headers.link} where next is ${body.next}`);
    pages.push(body.items);
    next = body.next;
  }
  return pages;
}

export function bodyOf(headers: Exchange['headers'], bytes: Buffer): unknown {
  // An answer to HEAD has the headers of a packed body, and no body.
  const text = (headers['content-encoding'] === 'gzip' && bytes.length > 0 ? gunzipSync(bytes) : bytes).toString(
    'utf8',
  );
  return text !== '' && /[/+]json\b/.test(String(headers['content-type'])) ? JSON.parse(text) : text;
}
