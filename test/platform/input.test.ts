import fc from 'fast-check';
import type { FastifyReply, FastifyRequest } from 'fastify';
import t from 'tap';
import { z } from 'zod';
import { configReference, readConfig } from '../../src/config.js';
import type { Problem } from '../../src/domain/problem.js';
import type { RawCall } from '../../src/platform/http/call.js';
import { makeCursors } from '../../src/platform/http/cursor.js';
import { operation } from '../../src/platform/http/operation.js';
import { requireInput } from '../../src/platform/http/validation.js';

const cursors = makeCursors('a secret');
const keys = fc.array(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.integer()), {
  minLength: 1,
  maxLength: 4,
});

t.test('a cursor reads as what was written, for its own list', async (t) => {
  fc.assert(
    fc.property(keys, fc.string(), (key, list) => {
      const cursor = cursors.write(list, key);
      t.strictSame(cursors.read(list, cursor), key);
      t.match(cursor, /^[\w.-]+$/, 'it stands in a URL as it is');
    }),
    { numRuns: 50 },
  );
});

t.test('a cursor of another list, secret or hand is refused', async (t) => {
  const cursor = cursors.write('groups', ['เกาะ', 7]);
  const refused = { code: 'cursor-invalid' };
  t.throws(() => cursors.read('groups?sort=name', cursor), refused);
  t.throws(() => makeCursors('another secret').read('groups', cursor), refused);
  for (const made of ['', '.', '..', `${cursor}.`, `.${cursor}`, cursor.slice(1), cursor.slice(0, -1), 'null.null']) {
    t.throws(() => cursors.read('groups', made), refused, made);
  }
  const dot = cursor.indexOf('.');
  for (let at = 0; at < dot; at += 1) {
    const altered = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
    t.throws(() => cursors.read('groups', altered), refused, `character ${at}`);
  }
});

const shape = operation({
  operationId: 'test',
  method: 'PUT',
  path: '/test/{no}',
  tag: 'test',
  summary: '',
  description: '',
  permission: 'public',
  params: z.strictObject({ no: z.coerce.number().int() }),
  query: z.strictObject({ limit: z.coerce.number().default(50), status: z.enum(['active', 'inactive']).optional() }),
  body: z.strictObject({
    name: z.string(),
    note: z.strictObject({ text: z.string().nullable() }).nullable().default(null),
    scores: z.array(z.strictObject({ level: z.int() })).default([]),
  }),
  answer: { status: 204, description: '', body: null },
  refusals: [],
});

/** A call of somebody unknown that has come with this input. */
function callOf(input: { params: object; query: object; body: unknown }): RawCall {
  const request = { ...input } as FastifyRequest;
  return { ...input, principal: null, request, reply: {} as FastifyReply };
}

/** The violations that a request is refused with, as a client sees them in a language; none when it fits. */
function violationsOf(request: { params?: object; query?: object; body?: unknown }, language: 'en' | 'th' = 'en') {
  try {
    requireInput(callOf({ params: { no: '1' }, query: {}, body: { name: 'x' }, ...request }), shape);
    return [];
  } catch (error) {
    const { violations = [] } = (error as Problem).content;
    return violations.map(({ pointer, code, detail }) => [pointer, code, detail[language]]);
  }
}

t.test('requireInput: puts what the shapes made of a request in its place', async (t) => {
  const call = callOf({ params: { no: '7' }, query: {}, body: { name: 'x' } });
  requireInput(call, shape);
  t.strictSame(call.params, { no: 7 });
  t.strictSame(call.query, { limit: 50 });
  t.strictSame(call.body, { name: 'x', note: null, scores: [] });
  t.strictSame(call.request.params, { no: 7 }, 'also where cursors and links look for it');
  t.strictSame(call.request.query, { limit: 50 });
});

t.test('requireInput: names everything wrong in path, query and body at once', async (t) => {
  const wrong = {
    params: { no: 'x' },
    query: { limit: 'x' },
    body: { name: 1, scores: [{ level: 1 }, { level: 'x' }] },
  };
  const pointers = violationsOf(wrong).map(([pointer]) => pointer);
  t.strictSame(pointers, ['/path/no', '/query/limit', '/name', '/scores/1/level']);
});

t.test(
  'requireInput: a field that is missing is required, and one that is unknown is named where it stands',
  async (t) => {
    t.strictSame(
      violationsOf({ body: {} }).map(([pointer, code]) => [pointer, code]),
      [['/name', 'required']],
    );
    t.strictSame(
      violationsOf({ body: { name: 'x', note: { text: 'x', txet: 1 }, scores: [{ level: 1, levle: 2 }] } }),
      [
        ['/note/txet', 'unknown-field', '"txet" is not known here. Did you mean "text"?'],
        ['/scores/0/levle', 'unknown-field', '"levle" is not known here. Did you mean "level"?'],
      ],
    );
    t.strictSame(
      violationsOf({ body: { name: 'x', 'a/b~c': 1 } }).map(([pointer]) => pointer),
      ['/a~1b~0c'],
      'the pointer is escaped (RFC 6901)',
    );
  },
);

t.test('requireInput: suggests only what is near', async (t) => {
  const said = (query: object) => violationsOf({ query })[0]?.[2];
  t.equal(said({ limt: '1' }), '"limt" is not known here. Did you mean "limit"?');
  t.equal(said({ offset: '1' }), '"offset" is not known here.');
  t.equal(said({ ['x'.repeat(5000)]: '1' })?.includes('Did you mean'), false, 'and spends no time on long ones');
  t.match(said({ status: 'actve' }), /Did you mean "active"\?$/);
  t.notMatch(said({ status: 'dissolved' }), /Did you mean/);
  t.equal(violationsOf({ query: { limt: '1' } }, 'th')[0]?.[2], 'ไม่มีช่องข้อมูลชื่อ "limt" ท่านหมายถึง "limit" ใช่หรือไม่');
});

t.test('readConfig: has a default for everything but the database, and says what each is', async (t) => {
  const config = readConfig({});
  t.hasStrict(config, { HOST: '127.0.0.1', PORT: 8080, LOG_LEVEL: 'info', CORS_ORIGINS: [], NODE_ENV: 'development' });
  t.equal(config.DATABASE_URL, undefined);
  t.ok(Object.isFrozen(config));
  for (const { name, meaning } of configReference) t.ok(meaning.length > 10, `${name}: ${meaning}`);
  t.strictSame(readConfig({ PORT: '', CORS_ORIGINS: ' https://a.example, ,https://b.example' }).CORS_ORIGINS, [
    'https://a.example',
    'https://b.example',
  ]);
});

t.test('readConfig: names every variable that is wrong', async (t) => {
  const wrong = { PORT: '65536', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x', BOOTSTRAP_API_KEY: 'prot_short' };
  for (const name of Object.keys(wrong)) t.throws(() => readConfig(wrong), { message: new RegExp(`  ${name}: `) });
});

t.test('readConfig: production needs a DATABASE_URL, or somebody who accepts the embedded PostgreSQL', async (t) => {
  t.throws(() => readConfig({ NODE_ENV: 'production' }), { message: /DATABASE_URL is not set/ });
  t.equal(readConfig({ NODE_ENV: 'production', ALLOW_EMBEDDED: 'true' }).DATABASE_URL, undefined);
  t.ok(readConfig({ NODE_ENV: 'production', DATABASE_URL: 'postgres://a@b/c' }).DATABASE_URL);
});
