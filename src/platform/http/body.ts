import type { FastifyInstance } from 'fastify';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { type JsonFault, readJson } from '../json/read.js';

/** The media type of a JSON Merge Patch (RFC 7396). */
export const mergePatchMediaType = 'application/merge-patch+json';

/** The media type of a form. */
export const formMediaType = 'application/x-www-form-urlencoded';

/** Takes JSON bodies and nothing else: exactly `application/json`, or a merge patch where one is meant, read strictly. */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  for (const mediaType of ['application/json', mergePatchMediaType]) {
    app.addContentTypeParser<Buffer>(mediaType, { parseAs: 'buffer' }, (request, bytes, done) => {
      if (mediaType === mergePatchMediaType && request.method !== 'PATCH') {
        return done(problems.unsupportedMediaType(mediaType, ['application/json']));
      }
      if (request.routeOptions.config.operation?.form) {
        return done(problems.unsupportedMediaType(mediaType, [formMediaType]));
      }
      if (bytes.length === 0) return done(null, undefined);
      const read = readJson(bytes);
      if ('value' in read) return done(null, read.value);
      const [first, ...others] = read.faults;
      return done(problems.malformedJson([violationOf(first), ...others.map(violationOf)]));
    });
  }
}

function violationOf({ path, code, detail }: JsonFault): Violation {
  return { pointer: pointerTo(path), code, detail };
}
