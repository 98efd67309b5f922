import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { problems } from '../../domain/problem.js';

const deepest = 20;

/**
 * Takes JSON bodies and nothing else: exactly `application/json`, valid UTF-8, nested at most 20 deep, and without keys
 * that could reach a prototype. Depth is measured before parsing, so a body made of brackets costs one scan.
 */
export function takeJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) return done(null, undefined);
    const fault = faultOf(bytes);
    if (fault !== null) return done(problems.malformedJson(fault));
    return parse(request, bytes.toString('utf8'), (error, value) =>
      done(error === null ? null : refused(error), value),
    );
  });
}

function refused(error: Error) {
  return problems.malformedJson({ en: `${error.message}.`, th: `อ่านข้อมูล JSON ไม่ได้ (${error.message})` });
}

function faultOf(bytes: Buffer): { en: string; th: string } | null {
  if (!isUtf8(bytes)) return { en: 'The body is not valid UTF-8.', th: 'ข้อมูลที่ส่งมาไม่ได้เข้ารหัสแบบ UTF-8' };
  if (depthOf(bytes) > deepest) {
    return { en: `The body is nested more than ${deepest} deep.`, th: `ข้อมูล JSON ซ้อนกันเกิน ${deepest} ชั้น` };
  }
  return null;
}

/** The deepest nesting of brackets outside strings. Bytes suffice: UTF-8 never has an ASCII byte inside a character. */
function depthOf(bytes: Buffer): number {
  const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = Buffer.from('"\\[]{}');
  let depth = 0;
  let largest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openBracket || byte === openBrace) {
      depth += 1;
      if (depth > largest) largest = depth;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
  }
  return largest;
}
