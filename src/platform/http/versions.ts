import type { FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../../domain/problem.js';
import type { Precondition } from '../../domain/version.js';
import { digestOf } from '../digest.js';
import { type CachedDocument, sendDocument } from './cached-document.js';
import { namesTag, onlyWeakly, readTagCondition, type TagCondition, valueOfTag } from './entity-tags.js';
import { tagOf, versionOf } from './tags.js';

/**
 * Answers with one record: sets its ETag, and answers 304 without a body when the caller has this version already.
 * Gives back what to send.
 */
export function sendVersioned<View extends { version: number }>(
  request: FastifyRequest,
  reply: FastifyReply,
  view: View,
): View | undefined {
  return sendTag(request, reply, tagOf(view)) ? undefined : view;
}

/** As `sendVersioned`, of a record that is JSON already. */
export function sendReady(request: FastifyRequest, reply: FastifyReply, json: string): string | undefined {
  if (sendTag(request, reply, tagOf(JSON.parse(json)))) return undefined;
  reply.type('application/json; charset=utf-8');
  return json;
}

/** As `sendVersioned`, of bytes that were kept under a tag of their own. */
export function sendKept(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, etag }: { body: Buffer; etag: string },
): Buffer | undefined {
  if (sendTag(request, reply, etag)) return undefined;
  reply.type('application/json; charset=utf-8');
  return body;
}

/** As `sendVersioned`, of what has no version: the tag is of its text. */
export function sendSame(request: FastifyRequest, reply: FastifyReply, answer: object): Buffer | undefined {
  const text = JSON.stringify(answer);
  return sendKept(request, reply, { body: Buffer.from(text), etag: `"${digestOf(text)}"` });
}

/** As `sendVersioned`, of a document that was kept with its packed bytes. */
export function sendKeptDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: CachedDocument,
): Buffer | undefined {
  return sendTag(request, reply, document.etag) ? undefined : sendDocument(request, reply, document);
}

/** Sets the ETag, and answers 304 when the caller has this version; says whether it did. */
function sendTag(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag);
  if (!['GET', 'HEAD'].includes(request.method)) return false;
  const ifNoneMatch = conditionOf(request, 'If-None-Match');
  if (ifNoneMatch === null || !namesTag(ifNoneMatch, valueOfTag(etag))) return false;
  // What the caller has may have come packed, under the weak tag, by which alone a cache would find it again.
  if (onlyWeakly(ifNoneMatch, valueOfTag(etag)) && etag.startsWith('"')) reply.header('etag', `W/${etag}`);
  reply.code(304).send();
  return true;
}

/**
 * What the caller demands of the record's version. `W/"3"` counts as `"3"` in If-Match too, where RFC 9110 asks for the
 * strong comparison: it is what a proxy that compresses makes of our tag, it names the same version, and to refuse it
 * would tell its caller for ever to read again what it has just read.
 * @throws problems.malformedRequest (400) when a header is not a list of ETags
 */
export function preconditionOf(request: FastifyRequest): Precondition {
  return {
    ifMatch: versionsOf(conditionOf(request, 'If-Match')),
    ifNoneMatch: versionsOf(conditionOf(request, 'If-None-Match')),
  };
}

/** The versions that a condition names; a tag that is none of ours, such as `"03"`, names none. */
function versionsOf(condition: TagCondition | null): Precondition['ifMatch'] {
  if (condition === null || condition === '*') return condition;
  return condition.flatMap(({ value }) => versionOf(value) ?? []);
}

function conditionOf(request: FastifyRequest, name: 'If-Match' | 'If-None-Match'): TagCondition | null {
  const header = request.headers[name === 'If-Match' ? 'if-match' : 'if-none-match'];
  if (header === undefined) return null;
  const condition = readTagCondition(header);
  if (condition !== null) return condition;
  throw problems.malformedRequest({
    en: `${name} must be an ETag such as "3", with its quotes, a list of them, or *.`,
    th: `${name} ต้องเป็นค่า ETag ในเครื่องหมายอัญประกาศ เช่น "3" หรือหลายค่าคั่นด้วยจุลภาค หรือเป็น *`,
  });
}
