/** Calls of the API over HTTP with streams, so that a file of any size passes through without being held. */
import { once } from 'node:events';
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Broken, OwnFault } from './fault.js';
import { Until } from './until.js';

/** Where the service is and who calls it. */
export interface Service {
  /** The address, without a slash at its end. */
  url: string;
  key: string;
  language: string;
  signal: AbortSignal;
}

export interface Call {
  method: 'GET' | 'POST';
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
}

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
const keepAliveMs = 30_000;

/**
 * Calls the service and gives its answer, whatever the status, before the answer's body is read.
 * @param body bytes to send; an answer that comes before all of them are sent ends the sending
 * @throws Broken when no answer came, and what reading the bytes throws
 */
export async function call(
  service: Service,
  wanted: Call,
  body?: () => AsyncIterable<Buffer>,
): Promise<IncomingMessage> {
  const request = open(service, wanted);
  // What goes wrong once there is an answer is seen by whoever reads it.
  request.on('error', () => {});
  const answer = answerOf(request, service);
  if (body === undefined) request.end();
  else await send(request, body, answer);
  const answered = await answer;
  // A connection on which bytes are still owed cannot be used again, and would keep the process waiting.
  if (!request.writableEnded) answered.once('close', () => request.destroy());
  return answered;
}

/** The whole text of an answer. @throws Broken when it ends early */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer) chunks.push(chunk);
  } catch (error) {
    throw new Broken(`The connection broke while the answer came (${codeOf(error)}).`, { reached: true });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether an address is on this machine, where packing costs more than it saves. */
export function isLocal(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

/** The short name of an error, such as ECONNRESET. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function open({ url, key, language, signal }: Service, { method, path, query, headers }: Call): ClientRequest {
  const address = new URL(url);
  const secure = address.protocol === 'https:';
  const search = query.size === 0 ? '' : `?${query}`;
  const request = (secure ? requestHttps : requestHttp)(`${url}${path}${search}`, {
    method,
    signal,
    agent: secure ? agents.https : agents.http,
    headers: { authorization: `Bearer ${key}`, 'accept-language': language, ...headers },
  });
  // The service may be silent for minutes while it merges; only a machine that is gone shall end the wait.
  request.setSocketKeepAlive(true, keepAliveMs);
  return request;
}

function answerOf(request: ClientRequest, { url, signal }: Service): Promise<IncomingMessage> {
  let reached = false;
  request.once('socket', (socket) => {
    reached = !socket.connecting;
    // One that is used again is connected already.
    if (reached) return;
    socket.once('connect', () => {
      reached = true;
    });
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', (error) => reject(signal.aborted ? error : faultOf(error, url, reached)));
  });
  // It is awaited only when the sending has ended.
  answer.catch(() => {});
  return answer;
}

/**
 * Sends the bytes one piece after the other. The event loop turns before each, because an answer that is already here
 * must be read before a write to a closed connection destroys it.
 */
async function send(
  request: ClientRequest,
  body: () => AsyncIterable<Buffer>,
  answer: Promise<IncomingMessage>,
): Promise<void> {
  const until = new Until(answer);
  await until.wait(connected(request));
  if (until.settled) return;
  const chunks = body()[Symbol.asyncIterator]();
  try {
    // Whoever writes to a pipe may pause for long, and the answer may come meanwhile.
    for (let next = await until.wait(chunks.next()); next !== null && !next.done; ) {
      await turnOfTheLoop();
      if (!until.settled) await until.wait(written(request, next.value));
      if (until.settled) return void chunks.return?.();
      next = await until.wait(chunks.next());
    }
    if (!until.settled) request.end();
  } catch (error) {
    request.destroy();
    throw error;
  }
}

async function connected(request: ClientRequest): Promise<void> {
  request.flushHeaders();
  const socket = request.socket ?? (await once(request, 'socket'))[0];
  if (socket.connecting) await once(socket, 'connect').catch(() => {});
}

/** Resolves when the piece is handed to the system, whether or not that went well: what went wrong ends the answer. */
function written(request: ClientRequest, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => request.write(chunk, () => resolve()));
}

const notThere: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'it does not answer',
};

function faultOf(error: NodeJS.ErrnoException, url: string, reached: boolean): Error {
  const code = codeOf(error);
  if (isCertificateFault(code))
    return new OwnFault(`The certificate of ${url} is not trusted: ${error.message} (${code}).`);
  if (reached) return new Broken(`The connection to ${url} broke (${code}).`, { reached });
  const why = notThere[code];
  return new Broken(`The service at ${url} cannot be reached: ${why === undefined ? code : `${why} (${code})`}.`, {
    reached,
  });
}

function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|SIGNATURE|^ERR_TLS/.test(code);
}
