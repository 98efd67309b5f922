import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AddressNotAllowed, allowedAddresses, type OutboundRules } from './target.js';

/** Why there was no answer. */
export type NoAnswer =
  | 'timeout'
  | 'name-not-found'
  | 'address-not-allowed'
  | 'connection-failed'
  | 'tls-failed'
  | 'answer-malformed';

/** What became of a call: the status that was answered, or why nothing was. */
export type Outcome = { ms: number; retryAfter?: string | undefined } & (
  | { status: number; error: null }
  | { status: null; error: NoAnswer }
);

/** Sends POST requests to addresses that others chose. */
export interface Sender {
  /** Follows no redirect and reads at most the beginning of the answer. @throws the reason of the signal when that ends it */
  post(url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Outcome>;
  /** Closes the connections that are kept open. */
  close(): void;
}

/** How long a receiver may take for its answer, and how much of it is read, so that the connection can be used again. */
const limits = { timeoutMs: 15_000, answerBytes: 65_536 };

/**
 * Makes a sender. Its connections go to an address that was checked, and are kept for the next call; proxies of the
 * environment are not used, because these would look names up by themselves.
 */
export function makeSender(rules: OutboundRules, { timeoutMs, answerBytes } = limits): Sender {
  const kept = { keepAlive: true, maxSockets: 64, maxFreeSockets: 64, timeout: 60_000 };
  const agents = { 'http:': new HttpAgent(kept), 'https:': new HttpsAgent(kept) };

  const once = async (target: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal) => {
    const isPlain = target.protocol === 'http:';
    const options: RequestOptions = {
      method: 'POST',
      agent: agents[isPlain ? 'http:' : 'https:'],
      signal,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      maxHeaderSize: answerBytes,
      lookup: (host, lookup, done) => {
        allowedAddresses(host, rules).then(
          (found) => {
            const [first] = found;
            if (first === undefined) done(new AddressNotAllowed(host), '', 0);
            else if (lookup.all === true) done(null, found);
            else done(null, first.address, first.family);
          },
          (error: Error) => done(error as NodeJS.ErrnoException, '', 0),
        );
      },
    };
    // An address in place of a name is connected to without any look-up.
    await allowedUnlessName(target.hostname, rules);
    const sending = isPlain ? httpRequest(target, options) : httpsRequest(target, options);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.once('response', resolve).once('error', (error) => {
        reject(Object.assign(error, { onKept: sending.reusedSocket }));
      });
      sending.end(body);
    });
    await readSome(answer, answerBytes);
    return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
  };

  return {
    async post(url, headers, body, stopping) {
      const began = performance.now();
      const ms = () => Math.round(performance.now() - began);
      const tooLate = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([stopping, tooLate]);
      const target = new URL(url);
      const send = () => once(target, headers, body, signal);
      try {
        const answered = await send().catch((error) => {
          // The other side had closed a connection that was kept: it has not read this.
          if (isClosed(error)) return send();
          throw error;
        });
        return { ...answered, ms: ms(), error: null };
      } catch (error) {
        if (stopping.aborted) throw stopping.reason;
        return { status: null, error: tooLate.aborted ? 'timeout' : whyNot(error), ms: ms() };
      }
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

async function allowedUnlessName(host: string, rules: OutboundRules): Promise<void> {
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) await allowedAddresses(host, rules);
}

/** A short answer is read to its end, which frees its connection; a long one, or one that breaks off, ends it. */
async function readSome(answer: IncomingMessage, answerBytes: number): Promise<void> {
  let read = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      read += chunk.length;
      if (read > answerBytes) break;
    }
  } catch {
    // The status has come, and that is the answer.
  } finally {
    answer.destroy();
  }
}

function isClosed(error: unknown): boolean {
  const { onKept, code } = error as { onKept?: boolean; code?: string };
  return onKept === true && (code === 'ECONNRESET' || code === 'EPIPE');
}

function whyNot(error: unknown): NoAnswer {
  if (error instanceof AddressNotAllowed) return 'address-not-allowed';
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '');
  if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'].includes(code)) return 'name-not-found';
  if (code.startsWith('HPE_')) return 'answer-malformed';
  if (/^(ERR_(TLS|SSL)_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/.test(code)) return 'tls-failed';
  return 'connection-failed';
}
