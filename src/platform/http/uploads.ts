import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problems } from '../../domain/problem.js';
import { Upload, type UploadSettings, uploadMediaTypes } from '../bulk/upload.js';
import { mergePatchMediaType } from './body.js';
import type { Operation } from './operation.js';
import { progressLog } from './progress.js';

/** What all uploads are taken with; each has a log of its own to tell. */
export type UploadsSettings = Omit<UploadSettings, 'tell'>;

/** Takes NDJSON and CSV where an operation says so, and hands them over unread: the action reads as fast as it works. */
export function takeUploads(app: FastifyInstance, settings: UploadsSettings): void {
  for (const mediaType of uploadMediaTypes) {
    app.addContentTypeParser(mediaType, (request, payload, done) => {
      const fault = faultOf(request) ?? tooLarge(request, settings.bytes);
      if (fault !== null) return done(fault);
      const stream = payload as IncomingMessage;
      const tell = progressLog(request.log, 'import');
      return done(null, new Upload(mediaType === 'text/csv' ? 'csv' : 'ndjson', stream, { ...settings, tell }));
    });
  }
}

/** The media types of the bodies that an operation takes. */
export function takenMediaTypes({ method, body, bulk }: Pick<Operation, 'method' | 'body' | 'bulk'>): string[] {
  if (method === 'PATCH') return [mergePatchMediaType, 'application/json'];
  return [...(body === null && bulk !== undefined ? [] : ['application/json']), ...(bulk ? uploadMediaTypes : [])];
}

/** What an answer may be: the report of an upload also as CSV. */
export function offeredMediaTypes(request: FastifyRequest, { answer, body, bulk }: Operation): [string, ...string[]] {
  const one = answer.mediaType ?? 'application/json';
  const uploads = bulk !== undefined && (body === null || isUploadType(request.headers['content-type']));
  return uploads ? [one, 'text/csv'] : [one];
}

/** Whether a content type is one of those of files. */
export function isUploadType(contentType: string | undefined): boolean {
  const [mediaType = ''] = (contentType ?? '').split(';');
  return (uploadMediaTypes as readonly string[]).includes(mediaType.trim().toLowerCase());
}

function faultOf(request: FastifyRequest) {
  const { operation } = request.routeOptions.config;
  const contentType = request.headers['content-type'] ?? '';
  const taken = operation === undefined ? ['application/json'] : takenMediaTypes(operation);
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (operation?.bulk === undefined) return problems.unsupportedMediaType(contentType, taken);
  if (charset === 'utf-8' || charset === 'utf8') return null;
  return problems.unsupportedMediaType(
    contentType,
    taken.map((mediaType) => `${mediaType}; charset=utf-8`),
  );
}

/** A file that says at once how large it is need not come to its limit to be refused. */
function tooLarge({ headers }: FastifyRequest, mostBytes: number) {
  return Number(headers['content-length'] ?? 0) > mostBytes ? problems.bodyTooLarge(mostBytes) : null;
}
