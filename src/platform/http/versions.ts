import type { FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../../domain/problem.js';
import type { Precondition } from '../../domain/version.js';
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

/** Sets the ETag, and answers 304 when the caller has this version; says whether it did. */
function sendTag(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag);
  if (!['GET', 'HEAD'].includes(request.method) || !holds(request.headers['if-none-match'], etag)) return false;
  reply.code(304).send();
  return true;
}

/**
 * What the caller demands of the record's version.
 * @throws problems.malformedRequest (400) when a header is not a list of ETags
 */
export function preconditionOf(request: FastifyRequest): Precondition {
  const ifMatch = request.headers['if-match'];
  return {
    ifMatch: ifMatch === undefined ? null : ifMatch.trim() === '*' ? '*' : strongVersions(ifMatch),
    mustNotExist: request.headers['if-none-match']?.trim() === '*',
  };
}

/** If-None-Match compares weakly, so `W/"3"` (which a compressing proxy may have made of our tag) holds as well. */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tagsOf(ifNoneMatch, 'If-None-Match').map(opaque).includes(opaque(etag));
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}

/** If-Match compares strongly: a weak tag never matches, and neither does one that is not a version of ours. */
function strongVersions(ifMatch: string): number[] {
  return tagsOf(ifMatch, 'If-Match').flatMap((tag) => versionOf(tag) ?? []);
}

function tagsOf(header: string, name: string): string[] {
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) return tags;
  throw problems.malformedRequest({
    en: `${name} must be an ETag such as "3", with its quotes, or *.`,
    th: `${name} ต้องเป็น ETag เช่น "3" พร้อมเครื่องหมายคำพูด หรือ *`,
  });
}
