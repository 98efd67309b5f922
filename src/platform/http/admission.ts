import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import proxyAddress from '@fastify/proxy-addr';
import rateLimit from '@fastify/rate-limit';
import { Counter, Gauge, type Registry } from 'prom-client';

/** How much is worked on at once. */
export interface AdmissionSettings {
  /** Requests of one caller that are under way at once, of those that read and of those that write; more wait for their turn. */
  mostOfCaller: number;
  /** Requests that wait for their turn at once, of all callers; more are refused. */
  mostWaiting: number;
  /** How long one may wait for its turn, in milliseconds. */
  waitMs: number;
  trustProxy: readonly string[];
  /** How long a refusal is held up, and a connection left on which nothing is answered any more, in milliseconds. */
  heldMs?: number;
  endedAfterMs?: number;
}

/** A request that waits for its turn. */
interface Waiting {
  request: IncomingMessage;
  response: ServerResponse;
  since: number;
}

/** A caller, or an address of which it is not known who calls: what it reads, or what it writes, which may wait for a lock. */
interface Party {
  key: string;
  underWay: number;
  queue: Waiting[];
  /** How often it was refused since it was first told to wait, and until when it was told to. */
  refusals: number;
  refusedUntil: number;
}

/** What is known of a connection on which something waits. */
interface Line {
  /** Requests of it that wait. */
  waiting: number;
  /** What its last request showed and wanted, and whose it was. */
  authorization: string | undefined;
  method: string | undefined;
  party: Party;
  /** When it is ended without an answer; null while it is not to be. */
  endsAt: number | null;
}

/** Whoever goes on after so many refusals does not heed `Retry-After`; its further requests are held up. */
const refusalsHeeded = 10;
/** How often what waits is looked at, in milliseconds. */
const lookEveryMs = 50;
/** Of what was held up only so many are answered, and connections ended, in one look. */
const mostAnswered = 25;
/** Requests that may wait on one connection while it is slowed; on one that sent more ahead nothing more is answered. */
const mostAhead = 20;
/** How many of these end in one look: each may come again with as much. */
const mostEnded = 2;
/** One caller may have this share of the places to wait. */
const shareOfWaiting = 0.5;

/**
 * Stands before the framework and decides when a request goes in. A caller has so many under way at once, the others wait, in
 * order; while one waits nothing more is read from its connection, so that its sender is held up too. When too many wait, one more is
 * refused at once. A caller that goes on asking although it is refused gets its refusals ever later, at a rate that costs nothing:
 * otherwise refusing would be all that this process does. What asks whether the process lives goes in at once.
 */
export class Admission {
  readonly #settings: Required<AdmissionSettings>;
  readonly #callerOf: (authorization: string) => string | null;
  readonly #handle: RequestListener;
  readonly #isTrusted: ReturnType<typeof proxyAddress.compile>;
  readonly #parties = new Map<string, Party>();
  /** Whose place each request has. */
  readonly #placeOf = new WeakMap<ServerResponse, Party>();
  readonly #partyOf = new WeakMap<IncomingMessage, Party>();
  readonly #overloaded = new WeakSet<IncomingMessage>();
  readonly #lines = new WeakMap<Socket, Line>();
  /** Connections that are to end, in order. */
  #ending: Socket[] = [];
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;
  readonly #refused = new Counter({
    name: 'http_requests_refused_early_total',
    help: 'Requests that were answered 503 because too many waited for their turn',
    registers: [],
  });

  /**
   * Takes the requests of a server in place of whatever answers them now, and hands them on.
   * @param callerOf who calls by what it shows, if this node knows that it is valid
   */
  constructor(server: Server, settings: AdmissionSettings, callerOf: (authorization: string) => string | null) {
    const answering = server.listeners('request');
    this.#handle = (...exchange) => {
      for (const answer of answering) answer.apply(server, exchange);
    };
    server.removeAllListeners('request');
    server.on('request', (request, response) => this.#take(request, response));
    this.#settings = { heldMs: 5_000, endedAfterMs: 30_000, ...settings };
    this.#callerOf = callerOf;
    this.#isTrusted = proxyAddress.compile([...settings.trustProxy]);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', socket } = request;
    if (this.#isClosing || url === '/livez' || url === '/readyz') this.#handle(request, response);
    else if (!this.#isEnding(socket)) this.#place(request, response);
  }

  #place(request: IncomingMessage, response: ServerResponse): void {
    const party = this.#find(request);
    this.#partyOf.set(request, party);
    const isSlowed = isSlow(party);
    if (!isSlowed && party.underWay < this.#settings.mostOfCaller && party.queue.length === 0) {
      this.#letIn(party, request, response);
    } else if (isSlowed && this.#waitingOn(request.socket) >= mostAhead) this.#end(request.socket);
    else if (isSlowed || this.#hasRoom(party)) this.#wait(party, request, response);
    else this.#refuse(party, request, response);
  }

  /** Whether a request came when too many waited already. */
  isOverloaded(request: IncomingMessage): boolean {
    return this.#overloaded.has(request);
  }

  /** Gives back the place of a request that has one elsewhere, such as a file, or that only waits for what happens. */
  leave(response: ServerResponse): void {
    const party = this.#placeOf.get(response);
    if (party === undefined) return;
    this.#placeOf.delete(response);
    party.underWay -= 1;
    this.#callNext(party);
  }

  /** Notes that a request was refused for some seconds. */
  noteRefusal(request: IncomingMessage, seconds: number): void {
    const party = this.#partyOf.get(request);
    if (party === undefined) return;
    const now = performance.now();
    if (party.refusedUntil < now) party.refusals = 0;
    party.refusals += 1;
    party.refusedUntil = Math.max(party.refusedUntil, now + seconds * 1000);
  }

  /** Lets in whatever waits, to be told that the service shuts down. */
  close(): void {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const party of this.#parties.values()) while (this.#letInNext(party));
    for (const socket of this.#ending) socket.destroy();
  }

  measure(registry: Registry): void {
    registry.registerMetric(this.#refused);
    const waiting = () => this.#waiting;
    new Gauge({
      name: 'http_requests_waiting',
      help: 'Requests that wait for their turn, or whose refusal is held up',
      registers: [registry],
      collect() {
        this.set(waiting());
      },
    });
  }

  #find(request: IncomingMessage): Party {
    const { headers, socket } = request;
    const { authorization } = headers;
    const line = this.#lines.get(socket);
    // To find it anew for each of many that are sent ahead would cost more than all else here.
    const isAhead = line !== undefined && line.waiting > 0;
    if (isAhead && line.authorization === authorization && line.method === request.method) return line.party;
    const caller = authorization === undefined ? null : this.#callerOf(authorization);
    const whose = caller ?? `address ${rateLimit.normalizeIP(String(proxyAddress(request, this.#isTrusted)), 64)}`;
    const key = `${isRead(request) ? 'reads' : 'writes'} of ${whose}`;
    const party = this.#parties.get(key) ?? { key, underWay: 0, queue: [], refusals: 0, refusedUntil: 0 };
    this.#parties.set(key, party);
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs).unref();
    return party;
  }

  #hasRoom({ queue }: Party): boolean {
    const { mostWaiting } = this.#settings;
    return this.#waiting < mostWaiting && queue.length < mostWaiting * shareOfWaiting;
  }

  #letIn(party: Party, request: IncomingMessage, response: ServerResponse): void {
    party.underWay += 1;
    this.#placeOf.set(response, party);
    response.once('close', () => {
      this.leave(response);
      // Node reads on when an answer is out, whether or not another request of the connection waits.
      if (this.#waitingOn(request.socket) > 0) request.socket.pause();
    });
    this.#handle(request, response);
  }

  #wait(party: Party, request: IncomingMessage, response: ServerResponse): void {
    const { socket, headers, method } = request;
    const line = this.#lines.get(socket) ?? newLine(party);
    line.waiting += 1;
    Object.assign(line, { authorization: headers.authorization, method, party });
    this.#lines.set(socket, line);
    // Node reads on when it has read the whole request, so not before that.
    if (line.waiting === 1) process.nextTick(() => line.waiting > 0 && socket.pause());
    party.queue.push({ request, response, since: performance.now() });
    this.#waiting += 1;
  }

  #refuse(party: Party, request: IncomingMessage, response: ServerResponse): void {
    this.#refused.inc();
    this.#overloaded.add(request);
    this.noteRefusal(request, 2);
    this.#letIn(party, request, response);
  }

  /** Nothing that was sent on it is answered any more. To end it at once would have it sent again at once. */
  #end(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    line.endsAt = performance.now() + this.#settings.endedAfterMs;
    this.#ending.push(socket);
  }

  #isEnding(socket: Socket): boolean {
    return (this.#lines.get(socket)?.endsAt ?? null) !== null;
  }

  #waitingOn(socket: Socket): number {
    return this.#lines.get(socket)?.waiting ?? 0;
  }

  /** Lets in the first one that still has a client. @returns whether there was one */
  #letInNext(party: Party, isOverloaded = false): boolean {
    for (;;) {
      const first = party.queue.shift();
      if (first === undefined) return false;
      this.#waiting -= 1;
      const { request, response } = first;
      if (request.socket.destroyed || this.#isEnding(request.socket)) continue;
      if (isOverloaded) this.#overloaded.add(request);
      this.#readOn(request.socket);
      this.#letIn(party, request, response);
      return true;
    }
  }

  #readOn(socket: Socket): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    line.waiting -= 1;
    if (line.waiting === 0) socket.resume();
  }

  #callNext(party: Party): void {
    while (party.underWay < this.#settings.mostOfCaller && !isSlow(party)) if (!this.#letInNext(party)) return;
  }

  #look(): void {
    const now = performance.now();
    let answers = mostAnswered;
    for (const party of this.#parties.values()) {
      const isSlowed = isSlow(party);
      const since = now - (isSlowed ? this.#settings.heldMs : this.#settings.waitMs);
      if (!isSlowed) this.#callNext(party);
      for (; answers > 0 && (party.queue[0]?.since ?? now) < since; answers -= 1) {
        if (!isSlowed) this.#refused.inc();
        this.#letInNext(party, !isSlowed);
      }
      const isIdle = party.underWay === 0 && party.queue.length === 0;
      if (isIdle && party.refusedUntil < now) this.#parties.delete(party.key);
    }
    this.#endConnections(now);
    if (this.#parties.size > 0 || this.#ending.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #endConnections(now: number): void {
    const isDue = (socket: Socket | undefined) =>
      socket !== undefined && (this.#lines.get(socket)?.endsAt ?? now) <= now;
    for (let ended = 0; ended < mostEnded && isDue(this.#ending[0]); ended += 1) this.#ending.shift()?.destroy();
  }
}

function newLine(party: Party): Line {
  return { waiting: 0, authorization: undefined, method: undefined, party, endsAt: null };
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isSlow({ refusals, refusedUntil }: Party): boolean {
  return refusals >= refusalsHeeded && performance.now() < refusedUntil;
}
