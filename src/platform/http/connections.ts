import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { problems } from '../../domain/problem.js';
import type { Problem } from '../../domain/refusal.js';
import { closeGently } from './gentle-close.js';
import { refusalText } from './raw-refusal.js';

/** How connections are kept; times in milliseconds. */
export interface ConnectionSettings {
  /** The most at once; what comes above is closed at once. */
  most: number;
  /** How long a client may take nothing of what waits for it. */
  pauseMs: number;
  /** A client that reads slower than this (bytes a second) is given up; a poor mobile line has twice as much. */
  slowest?: number;
  /** How often slow clients are looked for. */
  lookEveryMs?: number;
  corsOrigins: readonly string[];
  /** Told of each refusal of what is no request, for the log. */
  onRefusal?: (requestId: string, problem: Problem, remoteAddress: string | undefined) => void;
}

/** What Node says of bytes that it cannot read. */
interface ParseError {
  code?: string;
  rawPacket?: unknown;
}

/** What is known of a connection while it is open. */
interface Connection {
  /** Requests whose answers are not sent to their end, in order; more than one when a client does not wait. */
  unanswered: Set<ServerResponse>;
  /** What waited to be sent when the client last took something, and when that was. */
  waiting: { taken: number; bytes: number; since: number } | null;
  closing: boolean;
}

/** Requests that one connection may have under way: each keeps its whole answer until the ones before are taken. */
const mostUnanswered = 100;
/** After closing began: how long a client may take to end a request that it has begun, or to read a refusal. */
const lastMs = 2_000;

/** The connections of a server: which are at work, what is said on one that sends no request, and how they end. */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  readonly #settings: ConnectionSettings;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  watch(server: Server): void {
    server.maxConnections = this.#settings.most;
    // Node would drop every header after the 2,000th in silence, an If-Match among them. Their size has its own limit.
    server.maxHeadersCount = 0;
    server.on('connection', (socket) => {
      this.#open.set(socket, { unanswered: new Set(), waiting: null, closing: false });
      socket.once('close', () => this.#open.delete(socket));
    });
    // Before Fastify's own listener, which may answer at once.
    server.prependListener('request', (request, response) => this.#begin(request, response));
    // Node would answer these two in its own way; as requests like any other they are refused like any other.
    server.on('checkContinue', (request, response) => server.emit('request', request, response));
    server.on('checkExpectation', (request, response) => server.emit('request', request, response));
    server.on('connect', ({ headers: { origin }, socket }) => this.#say(problems.methodUnknown(), socket, origin));
    const timer = setInterval(() => this.#endSlowReaders(), this.#settings.lookEveryMs ?? 5_000);
    timer.unref();
    server.once('close', () => clearInterval(timer));
  }

  /** Whether a request comes after one that ended its connection, so that it must not be done (RFC 9112, 9.6). */
  isOver({ socket }: IncomingMessage): boolean {
    return this.#open.get(socket)?.closing ?? false;
  }

  /** Whether a connection has so many requests under way that it must first take what it asked for. */
  isOverfull({ socket }: IncomingMessage): boolean {
    return (this.#open.get(socket)?.unanswered.size ?? 0) > mostUnanswered;
  }

  /** Ends the connection when the answer that is on its way has been sent, so that it can be read. */
  endAfterAnswer(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.closing = true;
    // This is what Node calls when the answer that says `Connection: close` is out.
    socket.destroySoon = () => closeGently(socket);
  }

  /**
   * For bytes that are no HTTP request, or only the beginning of one: there is no reply, only the connection. An answer
   * that is on its way to an earlier request is not disturbed; it is the last one.
   */
  refuse(error: ParseError, socket: Socket): void {
    const connection = this.#open.get(socket);
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (connection?.closing) return;
    const unanswered = [...(connection?.unanswered ?? [])];
    const last = unanswered.filter(({ req }) => req.complete).at(-1);
    if (last !== undefined) {
      this.endAfterAnswer(socket);
      last.shouldKeepAlive = false;
      last.once('close', () => closeGently(socket));
    } else if (unanswered.some(({ headersSent }) => headersSent)) closeGently(socket);
    else this.#say(problemOf(error), socket, originIn(packetOf(error)));
  }

  /**
   * Lets requests that are under way end, and ends the rest: a connection that never sent a byte, such as a browser's
   * preconnect or a load balancer's probe, at once; one in the middle of a request soon.
   */
  close(): void {
    for (const socket of this.#open.keys()) if (socket.bytesRead === 0) socket.destroy();
    const timer = setTimeout(() => {
      for (const [socket, { unanswered }] of this.#open) if (unanswered.size === 0) socket.destroy();
    }, lastMs);
    timer.unref();
  }

  #begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const unanswered = this.#open.get(socket)?.unanswered;
    unanswered?.add(response);
    response.once('close', () => unanswered?.delete(response));
  }

  #say(problem: Problem, socket: Socket, origin: string | undefined): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.closing = true;
    const requestId = uuidv7();
    this.#settings.onRefusal?.(requestId, problem, socket.remoteAddress);
    socket.write(refusalText(problem, requestId, origin, this.#settings.corsOrigins));
    closeGently(socket);
  }

  /** A write counts as taken when all of it is, so a large one is given the time that it needs at the slowest. */
  #endSlowReaders(): void {
    const { pauseMs, slowest = 4_096 } = this.#settings;
    const now = performance.now();
    for (const [socket, connection] of this.#open) {
      const bytes = socket.writableLength;
      const taken = socket.bytesWritten - bytes;
      if (bytes === 0) connection.waiting = null;
      else if (connection.waiting?.taken !== taken) connection.waiting = { taken, bytes, since: now };
      else if (now - connection.waiting.since > pauseMs + (bytes / slowest) * 1000) socket.destroy();
    }
  }
}

/** A method is a word before an address and the version; what else the parser does not know is no HTTP. */
const startLine = /^[!#$%&'*+.^_`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/;

function problemOf(error: ParseError): Problem {
  if (error.code === 'HPE_HEADER_OVERFLOW') return problems.headersTooLarge();
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return problems.requestTimeout();
  if (error.code === 'HPE_INVALID_METHOD' && startLine.test(packetOf(error))) return problems.methodUnknown();
  return problems.malformedRequest({ en: 'This is not a well-formed HTTP request.', th: 'คำขอ HTTP มีรูปแบบไม่ถูกต้อง' });
}

/** The bytes that could not be read, as text; none where it was the time that ran out. */
function packetOf({ rawPacket }: ParseError): string {
  return Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : '';
}

/** The origin of a page is looked for in the last packet, where nothing has read the headers. */
function originIn(packet: string): string | undefined {
  return /^origin:[ \t]*(\S+)/im.exec(packet)?.[1];
}
