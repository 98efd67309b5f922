/** Days and instants have bounds, the same in every place, and the contract says them: nothing beyond reaches the database. */
import type { OpenAPIV3_1 } from 'openapi-types';
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { csv, ndjson, types } from '../support/bulk.js';
import { sampleCall, writtenOperation } from '../support/operations.js';
import { made, makeGroup, makeRound, setTarget } from '../support/world.js';

type Schema = OpenAPIV3_1.NonArraySchemaObject & { $ref?: string };

const { admin, app, contract } = await startTestApp(t);
const days = {
  within: ['0001-01-01', '1000-02-28', '2012-02-29', '9999-12-31'],
  beyond: ['0000-01-01', '0000-12-31', '-0001-01-01', '10000-01-01', '+010000-01-01', '2011-02-29', '2012-4-12', ''],
};
const instants = {
  within: [
    '2400-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59+14:00',
    '2400-01-01T00:00:00.1234567Z',
  ],
  beyond: [
    '9999-12-31T23:59:59-14:00',
    '1970-01-01T00:00:00+00:01',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '+010000-01-01T00:00:00Z',
    '2400-01-01T24:00:00Z',
    '2400-01-01',
  ],
};

/** Every place of a request that the contract gives one of these formats: in a path, a query or a body. */
function placesOf(formats: readonly string[]) {
  return app.operations.flatMap((operation) => {
    const written = writtenOperation(contract, operation);
    const parameters = (written.parameters ?? []) as OpenAPIV3_1.ParameterObject[];
    const named = parameters
      .filter(({ schema }) => formats.includes(String((schema as Schema | undefined)?.format)))
      .map(({ in: where, name, schema }) => ({ operation, where, name, schema: schema as Schema }));
    const media = (written.requestBody as OpenAPIV3_1.RequestBodyObject | undefined)?.content['application/json'];
    const body = Object.entries(resolved(media?.schema as Schema | undefined)?.properties ?? {})
      .filter(([, schema]) => formats.includes(String((schema as Schema).format)))
      .map(([name, schema]) => ({ operation, where: 'body', name, schema: schema as Schema }));
    return [...named, ...body];
  });
}

function resolved(schema: Schema | undefined): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? schema : (contract.document.components?.schemas?.[name] as Schema);
}

function callWith({ operation, where, name }: ReturnType<typeof placesOf>[number], value: string) {
  const call = sampleCall(contract, operation);
  if (where === 'body') return { ...call, body: { ...(call.body as object), [name]: value } };
  if (where === 'query') return { ...call, path: `${call.path}?${new URLSearchParams({ [name]: value })}` };
  const segment = operation.path.split('/').indexOf(`{${name}}`);
  const segments = call.path.split('/');
  segments[segment] = encodeURIComponent(value);
  return { ...call, path: segments.join('/') };
}

for (const [format, { within, beyond }] of Object.entries({ date: days, 'date-time': instants })) {
  const places = placesOf([format]);
  t.test(`${format}: every place of the contract refuses what lies beyond the bounds, and says them`, async (t) => {
    t.ok(places.length >= (format === 'date' ? 12 : 1), `${places.length} places`);
    for (const place of places) {
      const where = `${place.operation.operationId} ${place.where} ${place.name}`;
      const pointer = place.where === 'body' ? `/${place.name}` : `/${place.where}/${place.name}`;
      t.match(`${place.schema.description} ${place.schema.pattern}`, /0001-01-01|1970-01-01T|\[1-9\]000|1969/, where);
      for (const value of beyond) {
        if (place.where === 'path' && value === '') continue;
        const { status, body } = await admin.send(callWith(place, value));
        const pointers = body.errors.map((error: { pointer: string }) => error.pointer);
        t.strictSame([status, pointers], [400, [pointer]], `${where} ${value}`);
      }
      for (const value of within) {
        const { status, body } = await admin.send(callWith(place, value));
        t.not(status, 400, `${where} ${value} ${JSON.stringify(body)}`);
        t.ok(status < 500, `${where} ${value}`);
      }
    }
  });
}

t.test('the patterns of the contract let the bounds through and stop what lies beyond', (t) => {
  for (const { schema } of placesOf(['date'])) {
    const pattern = new RegExp(String(schema.pattern));
    for (const day of days.within) t.match(day, pattern);
    for (const day of ['0000-01-01', '10000-01-01', '๒๐๑๒-01-01']) t.notMatch(day, pattern);
  }
  const { properties } = resolved({ $ref: '/Group' } as Schema) ?? {};
  const pattern = new RegExp(String((properties?.createdAt as Schema | undefined)?.pattern));
  for (const at of ['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) t.match(at, pattern);
  for (const at of ['1969-12-31T23:59:59.999Z', '+010000-01-01T00:00:00.000Z']) t.notMatch(at, pattern);
  t.end();
});

t.test('an instant is kept in UTC, and comes back as one', async (t) => {
  const kept: [string, string][] = [
    ['9999-12-31T23:59:59+14:00', '9999-12-31T09:59:59.000Z'],
    ['9999-12-31T23:59:59.9999Z', '9999-12-31T23:59:59.999Z'],
    ['2400-02-29T00:00:00-00:30', '2400-02-29T00:30:00.000Z'],
  ];
  for (const [given, expected] of kept) {
    const key = await made(
      admin.post('/v1/api-keys', { name: 'k', permissions: ['read'], areaCode: null, expiresAt: given }),
    );
    t.equal(key.expiresAt, expected, given);
    t.equal((await admin.get(`/v1/api-keys/${key.apiKeyId}`)).body.expiresAt, expected, given);
  }
});

t.test(
  'in a file a day beyond the bounds is an error of its row, and with skip the other rows are taken',
  async (t) => {
    const groups = [await makeGroup(admin), await makeGroup(admin)];
    const { roundId } = await makeRound(admin, { roundNo: 9 });
    for (const { groupId } of groups) await setTarget(admin, roundId, groupId);
    const sheet = { assessedOn: '2012-04-12', status: 'draft' };
    const kinds: [string, string, (index: number) => Record<string, unknown>][] = [
      ['/v1/groups', 'foundedOn', (index) => ({ registrationNo: `D-${index}`, name: 'ก', areaCode: '4010' })],
      [
        '/v1/figures',
        'asOf',
        (index) => ({ registrationNo: groups[index]?.registrationNo, memberCount: 1, savingsBaht: 1 }),
      ],
      [
        `/v1/rounds/${roundId}/assessments`,
        'assessedOn',
        (index) => ({ registrationNo: groups[index]?.registrationNo, ...sheet }),
      ],
    ];
    for (const [path, field, row] of kinds) {
      for (const type of ['ndjson', 'csv'] as const) {
        for (const [calendar, good, bad] of [
          ['ce', '2012-04-12', ['0000-01-01', '10000-01-01']],
          ['be', '2555-04-12', ['0000-01-01', '0543-01-01', '10543-01-01']],
        ] as const) {
          for (const value of bad) {
            const rows = [
              { ...row(0), [field]: value },
              { ...row(1), [field]: good },
            ];
            const scored =
              type === 'csv' ? rows : rows.map((one) => (field === 'assessedOn' ? { ...one, scores: [] } : one));
            const payload = (type === 'csv' ? csv : ndjson)(scored);
            const call = { method: 'POST', headers: { 'content-type': types[type] }, payload } as const;
            const what = `${path} ${type} ${calendar} ${value}`;
            const { body } = await admin.refused(
              t,
              { ...call, path: `${path}?calendar=${calendar}` },
              { status: 422, code: 'import-refused', pointers: [`/${field}`] },
            );
            t.equal(body.errors[0].value, value, what);
            const skipped = await admin.send({
              ...call,
              path: `${path}?calendar=${calendar}&onError=skip&dryRun=true`,
            });
            t.strictSame([skipped.status, skipped.body.rejected, skipped.body.rows], [200, 1, 2], what);
          }
        }
      }
    }
  },
);

t.test('a restored history beyond the bounds is an error of its row', async (t) => {
  const row = {
    registrationNo: 'R-1',
    name: 'ก',
    areaCode: '4010',
    figures: null,
    version: 1,
    updatedAt: '2012-01-01T00:00:00.000Z',
  };
  for (const createdAt of ['0000-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z']) {
    const file = { ...row, groupId: '01936d5e-6f70-7c3a-9c55-0242ac12000a', createdAt };
    const call = { method: 'POST', path: '/v1/groups?restore=true', payload: ndjson([file]) } as const;
    const headers = { 'content-type': types.ndjson };
    await admin.refused(t, { ...call, headers }, { status: 422, code: 'import-refused', pointers: ['/createdAt'] });
  }
});
