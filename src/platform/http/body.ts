import type { FastifyInstance } from 'fastify';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { type JsonFault, readJson } from '../json/read.js';

/** Takes JSON bodies and nothing else: exactly `application/json`, and read strictly. */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) return done(null, undefined);
    const read = readJson(bytes);
    if ('value' in read) return done(null, read.value);
    const [first, ...others] = read.faults;
    return done(problems.malformedJson([violationOf(first), ...others.map(violationOf)]));
  });
}

function violationOf({ path, code, detail }: JsonFault): Violation {
  return { pointer: pointerTo(path), code, detail };
}
