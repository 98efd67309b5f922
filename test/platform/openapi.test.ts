/** The contract is made of operations alone: a few scratch ones, and what stands in the document of them. */
import t from 'tap';
import { z } from 'zod';
import { problems } from '../../src/domain/problem.js';
import { component } from '../../src/platform/http/components.js';
import { type Operation, operation, wholeList } from '../../src/platform/http/operation.js';
import { flag, listQuery, pageOf, wholeNumber } from '../../src/platform/http/page.js';
import { patching } from '../../src/platform/http/patching.js';
import { openApiDocument } from '../../src/platform/openapi/document.js';
import type { OperationObject } from '../../src/platform/openapi/document-types.js';

// The problem documents of any contract refer to these.
component('Permission', z.enum(['read', 'admin']));
component('RoundStatus', z.enum(['draft', 'open']));
component('PlanStatus', z.enum(['active']));

const head = {
  title: 'Scratch',
  version: '9.9.9',
  description: 'Nothing',
  tags: [{ name: 'boats', description: 'What floats' }],
  contact: { name: 'Nobody', email: 'nobody@office.example', url: 'https://office.example' },
};
const none = z.strictObject({});
const Colour = component('Colour', z.enum(['red', 'blue']));
const Boat = component(
  'Boat',
  z.strictObject({
    boatId: z.uuid().meta({ examples: ['01936d5e-6f70-7c3a-9c55-0242ac120002'] }),
    colour: Colour.nullable().meta({ description: 'Null: bare wood' }),
    oars: z.int().min(0),
    length: z.number().nullable().meta({ description: 'In metres' }),
    wheels: z.union([z.literal(0), z.literal(2)]),
    code: z.string().regex(/^\d{2}$/),
  }),
);
const BoatContent = component(
  'BoatContent',
  z.strictObject({ colour: Colour.nullable().default(null), oars: z.int().min(0).max(8) }),
);

const listBoats = operation({
  operationId: 'listBoats',
  method: 'GET',
  path: '/v1/boats',
  tag: 'boats',
  summary: 'List boats',
  description: 'All.',
  permission: 'read',
  params: none,
  query: z.strictObject({
    ...listQuery,
    colour: Colour.optional().meta({ description: 'Only these' }),
    afloat: flag.optional(),
    oars: wholeNumber(z.int().min(0))
      .optional()
      .meta({ examples: [2] }),
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page',
    body: component('BoatPage', pageOf(Boat)),
    paged: true,
    streams: { file: 'boats', columns: ['boatId', 'oars'] },
    example: { items: [], next: null },
  },
  refusals: [],
});
const exportBoats = wholeList(listBoats, { operationId: 'exportBoats', summary: 'All boats' });

const putBoat = operation({
  operationId: 'putBoat',
  method: 'PUT',
  path: '/v1/boats/{boatId}',
  tag: 'boats',
  summary: 'Make or change a boat',
  description: 'Whole.',
  permission: 'admin',
  params: z.strictObject({ boatId: z.uuid() }),
  query: none,
  body: BoatContent,
  bodyExample: { oars: 2 },
  answer: { status: 200, description: 'The boat', body: Boat, orCreated: true },
  versioning: 'needs',
  refusals: [problems.groupNotFound],
});
const patchBoat = patching(putBoat, {
  operationId: 'patchBoat',
  name: 'BoatPatch',
  summary: 'Change a boat in part',
  bodyExample: { oars: 3 },
});

const sinkBoat = operation({
  operationId: 'sinkBoat',
  method: 'DELETE',
  path: '/v1/boats/{boatId}',
  tag: 'boats',
  summary: 'Sink a boat',
  description: 'For ever.',
  permission: 'public',
  params: z.strictObject({ boatId: z.uuid() }),
  query: none,
  body: null,
  answer: { status: 204, description: 'It is gone', body: null },
  refusals: [],
});

const document = openApiDocument(head, [listBoats, exportBoats, putBoat, patchBoat, sinkBoat]);
const { schemas } = document.components;
const boats = document.paths['/v1/boats'];
const boat = document.paths['/v1/boats/{boatId}'];

t.test('the head of the contract, and the operations under their paths in the order in which they are given', (t) => {
  t.equal(document.openapi, '3.1.0');
  t.match(document.info, { title: 'Scratch', version: '9.9.9', contact: head.contact });
  t.strictSame(document.tags, head.tags);
  t.strictSame(
    Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods)]),
    [
      ['/v1/boats', ['get']],
      ['/v1/boats/rows', ['get']],
      ['/v1/boats/{boatId}', ['put', 'patch', 'delete']],
    ],
  );
  t.strictSame(boats?.get?.tags, ['boats']);
  t.end();
});

t.test('the same operations give the same document, and only what they use is in it', (t) => {
  const again = openApiDocument(head, [listBoats, exportBoats, putBoat, patchBoat, sinkBoat]);
  t.equal(JSON.stringify(again), JSON.stringify(document));
  const small = openApiDocument(head, [sinkBoat]);
  t.notOk('Boat' in small.components.schemas, 'a shape with a name that nothing refers to is left out');
  t.strictSame(Object.keys(small.components.parameters), ['AcceptLanguage', 'XRequestId']);
  t.notOk('ETag' in small.components.headers);
  const names = Object.keys(schemas);
  t.strictSame(names, names.toSorted(), 'components are in order');
  t.end();
});

t.test('a shape with a name stands once, and is referred to wherever it is used', (t) => {
  t.strictSame(schemas.Colour, { type: 'string', enum: ['red', 'blue'] });
  const reference = { $ref: '#/components/schemas/Boat' };
  t.strictSame(schemas.BoatPage?.properties?.items, { type: 'array', items: reference });
  t.strictSame(boat?.put?.responses[200]?.content?.['application/json']?.schema, reference);
  t.strictSame(boat?.put?.responses[201]?.content?.['application/json']?.schema, reference);
  const text = JSON.stringify(document);
  const missing = [...text.matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)].filter(
    ([, kind = '', name = '']) =>
      !Object.hasOwn(Object.entries(document.components).find(([k]) => k === kind)?.[1] ?? {}, name),
  );
  t.strictSame(missing, [], 'every reference leads somewhere');
  t.end();
});

t.test('a name that stands for two things fails, and so does one that stands for nothing', (t) => {
  const filled = component('Filled', z.strictObject({ sails: z.int().default(1) }));
  const both: Operation = { ...putBoat, body: filled, answer: { ...putBoat.answer, body: filled } };
  t.throws(
    () => openApiDocument(head, [both]),
    /Filled is two different things/,
    'a default may be left out when sent',
  );
  const other: Operation = { ...putBoat, body: component('Boat', z.strictObject({ keel: z.string() })) };
  t.throws(() => openApiDocument(head, [other]), /Boat is two different things/);
  const nameless = { file: 'x', columns: [], item: z.strictObject({}) };
  const stream: Operation = { ...exportBoats, answer: { ...exportBoats.answer, streams: nameless } };
  t.throws(() => openApiDocument(head, [stream]), /need a name/);
  t.end();
});

t.test(
  'schemas are plain: null is a type, a choice is one enum, whole numbers and digits are said for all languages',
  (t) => {
    t.strictSame(schemas.Boat, {
      type: 'object',
      properties: {
        boatId: { type: 'string', format: 'uuid', examples: ['01936d5e-6f70-7c3a-9c55-0242ac120002'] },
        colour: { anyOf: [{ $ref: '#/components/schemas/Colour' }, { type: 'null' }], description: 'Null: bare wood' },
        oars: { type: 'integer', minimum: 0 },
        length: { type: ['number', 'null'], description: 'In metres' },
        wheels: { type: 'integer', enum: [0, 2] },
        code: { type: 'string', pattern: '^[0-9]{2}$' },
      },
      required: ['boatId', 'colour', 'oars', 'length', 'wheels', 'code'],
      additionalProperties: false,
    });
    const odd = component(
      'Odd',
      z.strictObject({
        one: z.literal('a').nullable(),
        some: z.enum(['a', 'b']).nullable(),
        default: z.string().meta({ description: 'A field that is called so' }),
        letters: z.string().regex(/^\p{L}+$/u),
        since: z.string().meta({ 'x-since': '2.0.0', internal: true }),
        shown: z.string().meta({ contract: { type: 'string', pattern: '^[a-z]$' } }),
      }),
    );
    const { components } = openApiDocument(head, [{ ...putBoat, answer: { ...putBoat.answer, body: odd } }]);
    t.strictSame(components.schemas.Odd?.properties, {
      one: { type: ['string', 'null'], enum: ['a', null] },
      some: { type: ['string', 'null'], enum: ['a', 'b', null] },
      default: { type: 'string', description: 'A field that is called so' },
      letters: { type: 'string' },
      since: { type: 'string', 'x-since': '2.0.0' },
      shown: { type: 'string', pattern: '^[a-z]$' },
    });
    t.end();
  },
);

t.test('what a patch may send says since when there is that field, as the whole record does', (t) => {
  const since = (version: string) => ({ 'x-since': version });
  const mast = z.strictObject({ height: z.number().meta(since('2.2.0')) });
  const body = z.strictObject({
    keel: z.string().nullable().default(null).meta(since('2.0.0')),
    sail: z
      .string()
      .optional()
      .meta({ description: 'Its colour', ...since('2.1.0') }),
    mast,
    oars: z.int().min(0),
  });
  const patch = patching(
    { ...putBoat, body },
    { operationId: 'patchShip', name: 'ShipPatch', summary: 'In part', bodyExample: {} },
  );
  const { components } = openApiDocument(head, [patch]);
  t.strictSame(components.schemas.ShipPatch?.properties, {
    keel: { type: ['string', 'null'], 'x-since': '2.0.0' },
    sail: { type: 'string', description: 'Its colour', 'x-since': '2.1.0' },
    mast: { $ref: '#/components/schemas/ShipPatchMast' },
    oars: { type: 'integer', minimum: 0 },
  });
  t.hasStrict(components.schemas.ShipPatchMast?.properties, { height: { 'x-since': '2.2.0' } });
  t.end();
});

t.test(
  'a default stands in words in a body, where generators would take it for a promise, and as such in a query',
  (t) => {
    t.strictSame(schemas.BoatContent?.properties?.colour, {
      anyOf: [{ $ref: '#/components/schemas/Colour' }, { type: 'null' }],
      description: 'Left out: `null`',
    });
    t.strictSame(schemas.BoatContent?.required, ['oars']);
    const limit = boats?.get?.parameters.find((one) => 'name' in one && one.name === 'limit');
    t.match(limit, {
      in: 'query',
      required: false,
      schema: { type: 'integer', default: 50, minimum: 1, maximum: 500 },
    });
    t.end();
  },
);

t.test('parameters: path and query by name with their examples, headers by reference, files alone know theirs', (t) => {
  const named = (parameters: OperationObject['parameters'] = []) =>
    parameters.map((one) => ('name' in one ? one.name : one.$ref.split('/').at(-1)));
  t.strictSame(named(boats?.get?.parameters), [
    ...['limit', 'after', 'colour', 'afloat', 'oars', 'AcceptLanguage', 'XRequestId', 'Prefer'],
  ]);
  t.strictSame(named(document.paths['/v1/boats/rows']?.get?.parameters), [
    ...['bom', 'colour', 'afloat', 'oars', 'AcceptLanguage', 'XRequestId'],
  ]);
  t.strictSame(named(boat?.put?.parameters), [
    ...[
      'boatId',
      'AcceptLanguage',
      'XRequestId',
      'IfMatchToReplace',
      'IfNoneMatchAny',
      'OnBehalfOf',
      'ContentEncoding',
    ],
  ]);
  const inQuery = (name: string) => boats?.get?.parameters.find((one) => 'name' in one && one.name === name);
  t.strictSame(inQuery('colour'), {
    name: 'colour',
    in: 'query',
    required: false,
    description: 'Only these',
    schema: { $ref: '#/components/schemas/Colour' },
  });
  t.strictSame(inQuery('afloat'), { name: 'afloat', in: 'query', required: false, schema: { type: 'boolean' } });
  t.match(inQuery('oars'), { schema: { type: 'integer', minimum: 0 }, example: 2 });
  t.match(boat?.put?.parameters[0], { in: 'path', required: true, schema: { type: 'string', format: 'uuid' } });
  t.end();
});

t.test('bodies and answers with their examples and media types', (t) => {
  const sent = { schema: { $ref: '#/components/schemas/BoatContent' }, example: { oars: 2 } };
  t.strictSame(boat?.put?.requestBody, { required: true, content: { 'application/json': sent } });
  t.strictSame(Object.keys(boat?.patch?.requestBody?.content ?? {}), [
    'application/json',
    'application/merge-patch+json',
  ]);
  t.equal(boat?.delete?.requestBody, undefined);
  t.notOk('content' in (boat?.delete?.responses[204] ?? {}), 'no content');
  t.strictSame(boats?.get?.responses[200]?.content?.['application/json']?.example, { items: [], next: null });
  const file = document.paths['/v1/boats/rows']?.get?.responses[200]?.content;
  t.strictSame(file?.['application/x-ndjson']?.['x-itemSchema'], { $ref: '#/components/schemas/Boat' });
  t.equal(file?.['text/csv']?.example, 'boatId,oars\r\n');
  t.end();
});

t.test('an operation answers its own problem document, whose codes are those that it can give', (t) => {
  const responses = boat?.put?.responses ?? {};
  t.strictSame(Object.keys(responses), [
    ...['200', '201', '400', '401', '403', '404', '406', '412', '413', '415', '428', '429', '500', '503', '507'],
  ]);
  t.equal(responses[404]?.description, 'Refused: `group-not-found`.');
  t.strictSame(responses[404]?.content, {
    'application/problem+json': { schema: { $ref: '#/components/schemas/PutBoatProblem' } },
  });
  t.strictSame(Object.keys(responses[503]?.headers ?? {}), [
    ...['API-Version', 'X-Request-Id', 'Content-Language', 'Retry-After'],
  ]);
  t.strictSame(schemas.PutBoatProblem?.properties?.code, { $ref: '#/components/schemas/PutBoatProblemCode' });
  t.ok(schemas.PutBoatProblemCode?.enum?.includes('group-not-found'));
  t.notOk(schemas.SinkBoatProblemCode?.enum?.includes('unauthenticated'), 'it asks for no key');
  t.match(schemas.PutBoatProblem?.properties?.permission, { $ref: '#/components/schemas/Permission' });
  t.ok(schemas.ProblemCode?.enum?.includes('import-refused'), 'answers of no operation have a schema too');
  t.end();
});

t.test('the permission that an operation needs', (t) => {
  t.match(boat?.put, { security: [{ apiKey: [] }, { accessToken: [] }], 'x-permission': 'admin' });
  t.strictSame(boat?.delete?.security, []);
  t.notOk('x-permission' in (boat?.delete ?? {}));
  t.end();
});
