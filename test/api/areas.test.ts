import t from 'tap';
import { startTestApp } from '../support/app.js';

const { admin, client } = await startTestApp(t);
const codesOf = (areas: { areaCode: string }[]) => areas.map((area) => area.areaCode);
const exactly = { prefer: 'count=exact' };

t.test('listAreas: counts the whole country when asked, 77 provinces, 928 districts, 7,436 subdistricts', async (t) => {
  for (const [kind, total] of Object.entries({ province: 77, district: 928, subdistrict: 7436, village: 0 })) {
    const { body, headers } = await admin.get(`/v1/areas?kind=${kind}&limit=1`, exactly);
    t.strictSame([body.total, headers['preference-applied']], [total, 'count=exact'], kind);
  }
  t.equal((await admin.get('/v1/areas', exactly)).body.total, 77 + 928 + 7436);
  const uncounted = await admin.get('/v1/areas?kind=province');
  t.notOk('total' in uncounted.body || 'preference-applied' in uncounted.headers, 'nobody asked, nobody counts');
});

t.test('listAreas: Khon Kaen has 26 districts, 4001 to 4025 and 4029', async (t) => {
  const { body } = await admin.get('/v1/areas?parent=40', exactly);
  const expected = [...Array.from({ length: 25 }, (_, index) => String(4001 + index)), '4029'];
  t.strictSame(codesOf(body.items), expected);
  t.equal(body.total, 26);
  t.equal(body.next, null);
  t.ok(
    body.items.every(
      (area: { kind: string; parentCode: string }) => area.kind === 'district' && area.parentCode === '40',
    ),
  );
});

t.test('getArea: gives a district with both names and its province, and no code that was never given', async (t) => {
  const { status, body, headers } = await admin.get('/v1/areas/4010');
  t.equal(status, 200);
  t.match(headers.etag, /^"1-/);
  t.strictSame(body, {
    areaCode: '4010',
    kind: 'district',
    name: { th: 'บ้านไผ่', en: 'Ban Phai' },
    parentCode: '40',
    validFrom: null,
    validTo: null,
    version: 1,
  });
  t.strictSame((await admin.get('/v1/areas/40')).body.parentCode, null);
  for (const areaCode of ['4026', '4027', '4028', '00', '40010101']) {
    await admin.refused(t, { method: 'GET', path: `/v1/areas/${areaCode}` }, { status: 404, code: 'area-not-found' });
  }
  for (const areaCode of ['4', '401', 'abcd', '4010010101', '%E0%B9%94%E0%B9%90']) {
    const call = { method: 'GET' as const, path: `/v1/areas/${areaCode}` };
    await admin.refused(t, call, { status: 400, code: 'invalid-input', pointers: ['/path/areaCode'] });
  }
});

t.test('listAreas: its pages together give every area once, in the order of the codes', async (t) => {
  const pages = await admin.pages('/v1/areas?limit=500');
  const codes = pages.flatMap(codesOf);
  t.equal(codes.length, 8441);
  t.strictSame(codes, [...new Set(codes)].sort());
  t.strictSame(
    pages.map((page) => page.length),
    [...Array.from({ length: 16 }, () => 500), 441],
  );
  const byDefault = await admin.get('/v1/areas');
  t.equal(byDefault.body.items.length, 50, 'a page has 50 unless the caller says otherwise');
});

t.test('listAreas: a full last page has no next one', async (t) => {
  const pages = await admin.pages('/v1/areas?parent=40&limit=13');
  t.strictSame(
    pages.map((page) => page.length),
    [13, 13],
  );
});

t.test('listAreas: the size of the page may change on the way, filter and caller may not', async (t) => {
  const { body } = await admin.get('/v1/areas?parent=40&limit=3');
  const cursor = new URL(body.next, 'http://here').searchParams.get('after') ?? '';
  const longer = await admin.get(`/v1/areas?parent=40&limit=500&after=${cursor}`);
  t.strictSame(codesOf(longer.body.items).slice(0, 2), ['4004', '4005']);
  t.equal(longer.body.items.length, 23);

  const elsewhere = { status: 400, code: 'cursor-invalid', pointers: ['/query/after'] };
  for (const list of ['/v1/areas?parent=41', '/v1/areas?parent=40&kind=district', '/v1/areas?', '/v1/api-keys?']) {
    await admin.refused(t, { method: 'GET', path: `${list}&after=${cursor}` }, elsewhere);
  }
  const district = await client({ areaCode: '4010', permissions: ['read'] });
  await district.refused(t, { method: 'GET', path: `/v1/areas?parent=40&after=${cursor}` }, elsewhere);
});

t.test('listAreas: a cursor that was made up or altered is refused', async (t) => {
  const { body } = await admin.get('/v1/areas?limit=3');
  const cursor = new URL(body.next, 'http://here').searchParams.get('after') ?? '';
  const [payload, mac] = cursor.split('.');
  const other = Buffer.from(JSON.stringify(['90'])).toString('base64url');
  for (const forged of ['x', '.', payload, `${other}.${mac}`, `${payload}.${other}`, `${cursor}.`, `${cursor}x`]) {
    const call = { method: 'GET' as const, path: `/v1/areas?limit=3&after=${forged}` };
    await admin.refused(t, call, { status: 400, code: 'cursor-invalid', pointers: ['/query/after'] });
  }
});

t.test('listAreas: refuses a limit that is none, and a filter that no area fits', async (t) => {
  for (const limit of ['0', '501', '-1', 'abc', '1.5', '', '1e999', '1&limit=2']) {
    const call = { method: 'GET' as const, path: `/v1/areas?limit=${limit}` };
    await admin.refused(t, call, { status: 400, code: 'invalid-input', pointers: ['/query/limit'] });
  }
  t.equal((await admin.get('/v1/areas?limit=500')).body.items.length, 500);
  const misspelt = await admin.get('/v1/areas?kind=distrct');
  t.strictSame([misspelt.status, misspelt.body.errors[0].pointer], [400, '/query/kind']);
  t.ok(misspelt.body.errors[0].detail.includes('Did you mean "district"?'), misspelt.body.errors[0].detail);
  const call = { method: 'GET' as const, path: '/v1/areas?parent=4026' };
  const unknown = await admin.refused(t, call, { status: 400, code: 'invalid-input', pointers: ['/query/parent'] });
  t.equal(unknown.body.errors[0].code, 'area-unknown');
  t.strictSame((await admin.get('/v1/areas?parent=400101')).body.items, [], 'a subdistrict has no listed villages');
});
