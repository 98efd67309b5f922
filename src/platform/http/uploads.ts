import { parse } from 'content-type';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Problem, problems } from '../../domain/problem.js';
import { Upload, type UploadSettings, uploadMediaTypes } from '../bulk/upload.js';
import { formMediaType, mergePatchMediaType } from './body.js';
import type { Operation } from './operation.js';
import { progressLog } from './progress.js';

/** What all uploads are taken with; each has a log of its own to tell. */
export type UploadsSettings = Omit<UploadSettings, 'tell' | 'isLeft'>;

/** Takes NDJSON and CSV where an operation says so, and hands them over unread: the action reads as fast as it works. */
export function takeUploads(app: FastifyInstance, settings: UploadsSettings): void {
  for (const mediaType of uploadMediaTypes) {
    app.addContentTypeParser(mediaType, (request, payload, done) => {
      const fault = uploadFault(request, settings.bytes);
      if (fault !== null) return done(fault);
      const tell = progressLog(request.log, 'import');
      const isLeft = () => request.raw.socket.destroyed;
      return done(
        null,
        new Upload(mediaType === 'text/csv' ? 'csv' : 'ndjson', payload, { ...settings, tell, isLeft }),
      );
    });
  }
}

/** Takes a form where one is meant. Of a name that comes twice the first is taken, as of a header. */
export function takeForms(app: FastifyInstance): void {
  app.addContentTypeParser<string>(formMediaType, { parseAs: 'string' }, (request, text, done) => {
    const { operation } = request.routeOptions.config;
    if (operation?.form) return done(null, Object.fromEntries([...new URLSearchParams(text)].reverse()));
    return done(problems.unsupportedMediaType(formMediaType, takenMediaTypes(operation ?? { body: null })));
  });
}

/** The media types of the bodies that an operation takes. */
export function takenMediaTypes({
  method,
  body,
  bulk,
  form,
}: Pick<Operation, 'body' | 'bulk' | 'form'> & { method?: string }): string[] {
  if (form) return [formMediaType];
  if (method === 'PATCH') return [mergePatchMediaType, 'application/json'];
  return [...(body === null && bulk !== undefined ? [] : ['application/json']), ...(bulk ? uploadMediaTypes : [])];
}

/** What an answer may be: the report of an upload also as CSV. */
export function offeredMediaTypes(request: FastifyRequest, { answer, body, bulk }: Operation): [string, ...string[]] {
  if (answer.page) return ['application/json', 'text/html'];
  const one = answer.mediaType ?? 'application/json';
  const uploads = bulk !== undefined && (body === null || isUploadType(request.headers['content-type']));
  return uploads ? [one, 'text/csv'] : [one];
}

/** Whether a content type is one of those of files. */
export function isUploadType(contentType: string | undefined): boolean {
  return uploadMediaTypes.some((mediaType) => mediaType === mediaTypeOf(contentType));
}

/** A content type without its parameters; empty when there is none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return parse(contentType ?? '', { parameters: false }).type;
}

/** Why a file is refused before it is read. One that says at once how large it is need not come to its limit. */
function uploadFault({ headers, routeOptions }: FastifyRequest, mostBytes: number): Problem | null {
  const { operation } = routeOptions.config;
  if (operation?.bulk === undefined) {
    const taken = takenMediaTypes(operation ?? { body: null });
    return problems.unsupportedMediaType(headers['content-type'] ?? '', taken);
  }
  return Number(headers['content-length'] ?? 0) > mostBytes ? problems.bodyTooLarge(mostBytes) : null;
}
