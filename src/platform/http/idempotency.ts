/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) on every POST: the answer to a write is kept in the
 * transaction of the write, so that whoever lost it gets the same one again, and nothing happens twice. Refusals are not
 * kept: they changed nothing, and a repetition is judged anew.
 */
import { hash, hkdfSync } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problems } from '../../domain/problem.js';
import type { Tx } from '../db/database.js';
import { commitAfter } from '../db/pending.js';
import { membersInOrder } from '../json/members-in-order.js';
import { asRecord } from '../record-value.js';
import { openBytes, sealBytes } from '../sealed-text.js';
import type { RawCall } from './call.js';
import { mediaTypeOf } from './uploads.js';
import { isUpload } from './validation.js';

/** Whose request a kept answer is to. */
export interface AskedBy {
  principalId: string;
  key: string;
}

/** An answer as it is kept. The body is sealed for its caller, for answers may show secrets. */
export interface KeptAnswer {
  /** SHA-256 of the request, in hexadecimal digits. */
  fingerprint: string;
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Where answers are kept. */
export interface KeptAnswers {
  find(of: AskedBy): Promise<KeptAnswer | null>;
  /** Holds a key until the transaction ends; false when another transaction does. */
  hold(tx: Tx, of: AskedBy): Promise<boolean>;
  /** The key by which answers to one caller are sealed. */
  sealingKey(principalId: string): Buffer;
  /** False when there is one already. */
  keep(tx: Tx, of: AskedBy, answer: KeptAnswer): Promise<boolean>;
}

/** Thrown to end a transaction whose request was answered before. */
class AlreadyAnswered extends Error {}

/**
 * Answers a POST once for its key. Its answer is made before its transaction is committed, and kept in it. Without a key,
 * and where nothing is to be written, the handler just runs.
 * @throws problems.idempotencyKeyMalformed (400), problems.idempotencyKeyInUse (409), problems.idempotencyKeyReused (422)
 */
export async function answerOnce<T>(call: RawCall, handler: () => Promise<T>): Promise<T | Buffer | undefined> {
  const { request, reply, principal, body } = call;
  const key = request.method === 'POST' ? keyOf(request) : null;
  if (key === null || principal === null || asRecord(call.query).dryRun === true) return handler();
  const answers = request.server.keptAnswers;
  const of = { principalId: principal.id, key };
  if (isUpload(body)) body.takeDigest();
  // A file is dear to take over only to find that it was: one that is known is only compared.
  const known = isUpload(body) ? await answers.find(of) : null;
  if (known !== null) return replay(call, known);
  const own = ownHeaders(reply);
  try {
    return await commitAfter(
      async (tx) => {
        if (!(await answers.hold(tx, of))) throw problems.idempotencyKeyInUse();
      },
      async (pending) => {
        const answered = bytesOf(reply, await handler());
        if (pending.tx === null) return answered;
        const isFirst = await answers.keep(pending.tx, of, {
          fingerprint: await fingerprintOf(call),
          status: reply.statusCode,
          headers: own.set(),
          body: sealBytes(answers.sealingKey(principal.id), noPurpose, answered ?? Buffer.alloc(0)),
        });
        if (!isFirst) throw new AlreadyAnswered();
        return answered;
      },
    );
  } catch (error) {
    const kept = await answeredBefore(error, () => answers.find(of));
    // What the handler said of its answer is not so: nothing was committed.
    own.remove();
    if (kept !== null) return await replay(call, kept);
    // The time of the first answer ended while this request ran; when it comes again it is a new one.
    throw error instanceof AlreadyAnswered ? problems.idempotencyKeyInUse() : error;
  }
}

/** What was done already is looked for when it is in the way: it was made twice, or refused because it is there. */
async function answeredBefore(error: unknown, find: () => Promise<KeptAnswer | null>): Promise<KeptAnswer | null> {
  const isInTheWay = error instanceof AlreadyAnswered || error instanceof Problem;
  return isInTheWay && !(error instanceof Problem && error.code === 'idempotency-key-in-use') ? find() : null;
}

/** @throws problems.idempotencyKeyReused (422) */
async function replay(call: RawCall, { fingerprint, status, headers, body }: KeptAnswer): Promise<Buffer | undefined> {
  const { reply } = call;
  if (fingerprint !== (await fingerprintOf(call))) throw problems.idempotencyKeyReused();
  const opened = open(body, call);
  if (opened === null) throw problems.idempotencyKeyReused();
  reply.code(status).headers(headers).header('idempotent-replayed', 'true');
  return opened.length === 0 ? undefined : opened;
}

/** A string in quotes, as the draft has it, or bare, as many clients send it. Null when there is none. */
function keyOf({ headers }: FastifyRequest): string | null {
  const given = headers['idempotency-key'];
  if (given === undefined) return null;
  const [, quoted, bare] = /^\s*(?:"((?:[^"\\]|\\["\\])*)"|([^"\s,;]+))\s*$/.exec([given].flat().join(',')) ?? [];
  const key = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw problems.idempotencyKeyMalformed();
  return key;
}

/** What makes two requests the same: method, address, type, If-Match, and the bytes of a file or the values of a body. */
async function fingerprintOf({ request, params, query, body }: RawCall): Promise<string> {
  const { method, routeOptions, headers } = request;
  const content = isUpload(body) ? await body.digest() : body;
  const type = mediaTypeOf(headers['content-type']);
  const conditions = [
    headers['if-match'] ?? null,
    ...(headers['on-behalf-of'] === undefined ? [] : [headers['on-behalf-of']]),
  ];
  const asked = [method, routeOptions.url, params, query, type, ...conditions, content ?? null];
  return hash('sha256', JSON.stringify(asked, membersInOrder), 'hex');
}

/** The answer as it will be sent, with the type that the framework would give it. */
function bytesOf(reply: FastifyReply, answered: unknown): Buffer | undefined {
  if (answered === undefined || Buffer.isBuffer(answered)) return answered;
  if (!reply.hasHeader('content-type')) reply.type('application/json; charset=utf-8');
  const text = typeof answered === 'string' ? answered : reply.serialize(answered);
  return Buffer.from(String(text));
}

/** The headers that a handler sets from here on, also in place of what every answer has. */
function ownHeaders(reply: FastifyReply) {
  const before = reply.getHeaders();
  const names = () =>
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === before[name] ? [] : name));
  return {
    set: () => Object.fromEntries(names().map((name) => [name, String(reply.getHeader(name))])),
    remove: () => {
      for (const name of names()) {
        const common = before[name];
        if (common === undefined) reply.removeHeader(name);
        else reply.header(name, common);
      }
    },
  };
}

/** The key is for nothing else. */
const noPurpose = '';

/** Null when it cannot be opened. Answers of before 0.2.0 are sealed by the token that their request came with. */
function open(sealed: Buffer, { request, principal }: RawCall): Buffer | null {
  const token = (request.headers.authorization ?? '').replace(/^Bearer +/i, '');
  const ofCaller = request.server.keptAnswers.sealingKey(principal?.id ?? '');
  for (const key of [ofCaller, Buffer.from(hkdfSync('sha256', token, '', 'prot kept answers', 32))]) {
    try {
      return openBytes(key, noPurpose, sealed);
    } catch {}
  }
  return null;
}
