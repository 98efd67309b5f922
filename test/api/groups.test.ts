import t from 'tap';
import { startTestApp } from '../support/app.js';
import { changesDuring, groupColumns } from '../support/state.js';

const { database, admin, client } = await startTestApp(t);
const groups = '/v1/groups';
const content = {
  registrationNo: 'KK-4010-0001',
  name: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  areaCode: '401016',
  villageName: 'บ้านหนองน้ำใส',
  foundedOn: '1985-06-01',
  status: 'active',
};
const invalid = (...pointers: string[]) => ({ status: 400, code: 'invalid-input', pointers });
const broken = (...pointers: string[]) => ({ status: 422, code: 'rules-broken', pointers });
const post = (body: object) => ({ method: 'POST' as const, path: groups, body });
const stamps = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
let nextNo = 1;
/** A registration number that no other test uses. */
const newNo = () => `T-${nextNo++}`;
const register = async (fields: object = {}) =>
  (await admin.post(groups, { ...content, registrationNo: newNo(), ...fields })).body;

t.test('createGroup: registers what was sent, and getGroup gives it back', async (t) => {
  const { status, body, headers } = await admin.post(groups, content);
  t.equal(status, 201);
  t.equal(headers.location, `${groups}/${body.groupId}`);
  t.match(headers.etag, /^"1-/);
  const { groupId, createdAt, updatedAt, ...rest } = body;
  t.strictSame(rest, { ...content, figures: null, version: 1 });
  t.match(groupId, /^[0-9a-f]{8}-[0-9a-f]{4}-7/, 'a UUIDv7');
  t.ok(stamps.test(createdAt) && updatedAt === createdAt, createdAt);
  const read = await admin.get(`${groups}/${groupId}`);
  t.strictSame([read.body, read.headers.etag], [body, headers.etag]);
  const bare = await admin.post(groups, { registrationNo: newNo(), name: 'ก', areaCode: '4010' });
  t.hasStrict(bare.body, { villageName: null, foundedOn: null, status: 'active', figures: null });
});

t.test('createGroup: leaves one row in changes, with who did it, what is now, and where', async (t) => {
  const officer = await client({ name: 'The officer', areaCode: '40', permissions: ['read', 'groups:write'] });
  let made = await admin.get('/');
  const changes = await changesDuring(database, async () => {
    made = await officer.post(groups, { ...content, registrationNo: newNo() });
  });
  const expected = { action: 'group.registered', resource: 'group', resourceId: made.body.groupId };
  const where = { areaCode: '401016', reason: null, actorName: 'The officer' };
  t.strictSame(changes, [{ ...expected, ...where, version: 1, before: null, after: groupColumns(made.body) }]);
});

t.test('createGroup: a registration number belongs to one group, also when twenty ask at once', async (t) => {
  const taken = { status: 409, code: 'registration-no-taken' };
  const { body } = await admin.refused(t, post(content), taken);
  t.equal(body.registrationNo, content.registrationNo);
  const other = (registrationNo: string) => post({ ...content, registrationNo });
  for (const written of ['kk-4010-0001', 'KK-๔๐๑๐-๐๐๐๑']) await admin.refused(t, other(written), taken);

  const registrationNo = newNo();
  const changes = await changesDuring(database, async () => {
    const racers = Array.from({ length: 20 }, (_, index) =>
      admin.post(groups, { ...content, registrationNo, villageName: `${index}` }),
    );
    const statuses = (await Promise.all(racers)).map(({ status }) => status);
    t.strictSame(statuses.sort(), [201, ...Array.from({ length: 19 }, () => 409)]);
  });
  t.equal(changes.length, 1, 'nineteen left no trace');
  t.equal((await admin.get(`${groups}?registrationNo=${registrationNo}`)).body.items.length, 1);
});

t.test('createGroup: refuses a body that is not of its shape, naming every field that is wrong', async (t) => {
  await admin.refused(t, post({}), invalid('/registrationNo', '/name', '/areaCode'));
  await admin.refused(t, post([]), invalid(''));
  const { body } = await admin.refused(
    t,
    post({ ...content, vilageName: 'x', zzz: 1 }),
    invalid('/vilageName', '/zzz'),
  );
  t.strictSame(
    body.errors.map(({ code, detail }: { code: string; detail: string }) => [code, detail]),
    [
      ['unknown-field', '"vilageName" is not known here. Did you mean "villageName"?'],
      ['unknown-field', '"zzz" is not known here.'],
    ],
  );
  const wrong: [object, string][] = [
    [{ registrationNo: '' }, '/registrationNo'],
    [{ registrationNo: 'a b' }, '/registrationNo'],
    [{ registrationNo: '-1' }, '/registrationNo'],
    [{ registrationNo: 1 }, '/registrationNo'],
    [{ name: ' \u00a0 ' }, '/name'],
    [{ name: 'x'.repeat(201) }, '/name'],
    [{ name: null }, '/name'],
    [{ areaCode: '401' }, '/areaCode'],
    [{ areaCode: 4010 }, '/areaCode'],
    [{ areaCode: null }, '/areaCode'],
    [{ foundedOn: '1985-02-29' }, '/foundedOn'],
    [{ foundedOn: '1/6/1985' }, '/foundedOn'],
    [{ foundedOn: '1985-06-01T00:00:00Z' }, '/foundedOn'],
    [{ status: 'Active' }, '/status'],
    [{ status: null }, '/status'],
  ];
  for (const [field, pointer] of wrong) await admin.refused(t, post({ ...content, ...field }), invalid(pointer));
  await admin.refused(t, post({ ...content, name: '' }), { status: 400, code: 'invalid-input' });
});

t.test('createGroup: refuses control characters and broken ones, wherever there is text', async (t) => {
  for (const bad of [
    'a\u0000b',
    'a\u001bb',
    'a\nb',
    'a\tb',
    'a\u007fb',
    'a\u0085b',
    '\ud800',
    'a\udc00b',
    '\ude00\ud83d',
  ]) {
    // Half a character is refused by the reader of JSON already.
    const refusal = (pointer: string) =>
      bad.isWellFormed() ? invalid(pointer) : { status: 400, code: 'malformed-json' };
    await admin.refused(t, post({ ...content, name: bad }), refusal('/name'));
    await admin.refused(t, post({ ...content, villageName: bad }), refusal('/villageName'));
    const payload = JSON.stringify({ ...content, registrationNo: bad });
    const call = { method: 'POST', path: groups, payload, headers: { 'content-type': 'application/json' } } as const;
    await admin.refused(t, call, refusal('/registrationNo'));
  }
  const name = 'กลุ่ม "O\'Neil" <b>&amp; 😀 \\ % _ ๑๒๓';
  const { groupId } = await register({ name });
  t.equal((await admin.get(`${groups}/${groupId}`)).body.name, name, 'what is whole comes back as it was');
});

t.test('createGroup: refuses what breaks a rule of the field, all of it at once', async (t) => {
  const rule = async (fields: object, pointer: string, code: string) => {
    const { body } = await admin.refused(t, post({ ...content, registrationNo: newNo(), ...fields }), broken(pointer));
    t.equal(body.errors[0].code, code);
    return body.errors[0].detail;
  };
  await rule({ areaCode: '4026' }, '/areaCode', 'area-unknown');
  await rule({ areaCode: '40' }, '/areaCode', 'area-too-wide');
  const tomorrow = new Date(Date.now() + 31 * 60 * 60 * 1000).toISOString().slice(0, 10);
  await rule({ foundedOn: tomorrow }, '/foundedOn', 'day-in-future');
  const hint = await rule({ foundedOn: '2528-06-01' }, '/foundedOn', 'day-in-future');
  t.ok(hint.includes('if 2528 is a Buddhist year, send 1985'), hint);
  const both = { ...content, areaCode: '4026', foundedOn: '2528-06-01' };
  await admin.refused(t, post(both), broken('/areaCode', '/foundedOn'));
});

t.test('replaceGroup: changes an existing group only for a caller who knows its version', async (t) => {
  const { groupId } = await register();
  const path = `${groups}/${groupId}`;
  const put = (fields: object, headers = {}) => ({
    method: 'PUT' as const,
    path,
    body: { ...content, registrationNo: newNo(), ...fields },
    headers,
  });
  const required = await admin.refused(t, put({}), { status: 428, code: 'version-required' });
  t.equal(required.body.currentVersion, 1);
  for (const tag of ['"2"', '"0"', 'W/"2"', '"01"', '"1,"', '"x"', '""', '"2", "01"']) {
    const stale = await admin.refused(t, put({}, { 'if-match': tag }), { status: 412, code: 'version-stale' });
    t.equal(stale.body.currentVersion, 1, tag);
  }
  const second = await admin.send(put({ name: 'ชื่อใหม่' }, { 'if-match': '"7", "1"' }));
  t.strictSame([second.status, second.body.version], [200, 2]);
  t.match(second.headers.etag, /^"2-/);
  await admin.refused(t, put({}, { 'if-match': '"1"' }), { status: 412, code: 'version-stale' });
  const unwanted = [
    { 'if-match': '*', 'if-none-match': '"2"' },
    { 'if-match': '"2"', 'if-none-match': 'W/"2"' },
    { 'if-match': '"2"', 'if-none-match': '*' },
    { 'if-none-match': '"1", "2"' },
  ];
  for (const headers of unwanted) {
    const { body } = await admin.refused(t, put({}, headers), { status: 412, code: 'version-stale' });
    t.match(
      body.detail,
      /exists, and If-None-Match excludes its version 2/,
      'it does not say that the record has changed',
    );
  }
  await admin.refused(t, put({}, { 'if-none-match': '"1"' }), { status: 428, code: 'version-required' });
  const third = await admin.send(put({ status: 'inactive' }, { 'if-match': '*', 'if-none-match': '"1"' }));
  t.strictSame([third.status, third.body.version, third.body.status], [200, 3, 'inactive']);
  const weak = await admin.send(put({ name: 'หลังพร็อกซี' }, { 'if-match': 'W/"3",' }));
  t.strictSame(
    [weak.status, weak.body.version],
    [200, 4],
    'a tag that a compressing proxy made weak names its version',
  );
  t.strictSame((await admin.get(path)).body, weak.body);
  const absent = { ...put({}, { 'if-match': '*' }), path: `${groups}/01936d5e-6f70-7c3a-9c55-0242ac120002` };
  await admin.refused(t, absent, { status: 404, code: 'group-not-found' });
});

t.test('replaceGroup: a change leaves one row with before and after, the same again changes nothing', async (t) => {
  const before = await register();
  const { groupId, registrationNo } = before;
  const wanted = { ...content, registrationNo, name: 'ใหม่', areaCode: '4029' };
  const path = `${groups}/${groupId}`;
  let changed = before;
  const changes = await changesDuring(database, async () => {
    changed = (await admin.put(path, wanted, { 'if-match': '"1"' })).body;
    const again = await admin.put(path, wanted);
    t.strictSame([again.status, again.body], [200, changed], 'PUT is idempotent: a retry needs no new version');
  });
  t.strictSame(
    changes.map(({ action, areaCode, before, after }) => ({ action, areaCode, before, after })),
    [
      {
        action: 'group.changed',
        areaCode: '4029',
        before: { name: content.name, areaCode: content.areaCode },
        after: { name: 'ใหม่', areaCode: '4029' },
      },
    ],
  );
  t.hasStrict(changed, { ...wanted, version: 2, createdAt: before.createdAt });
});

t.test('replaceGroup: frees the number it leaves, and cannot take one that is taken', async (t) => {
  const [one, other] = [await register(), await register()];
  const take = { method: 'PUT' as const, path: `${groups}/${one.groupId}`, headers: { 'if-match': '*' } };
  const body = { ...content, registrationNo: other.registrationNo };
  await admin.refused(t, { ...take, body }, { status: 409, code: 'registration-no-taken' });
  t.equal((await admin.send({ ...take, body: { ...content, registrationNo: newNo() } })).status, 200);
  t.equal((await admin.post(groups, { ...content, registrationNo: one.registrationNo })).status, 201);
});

t.test('replaceGroup: of two who read the same version, one is told', async (t) => {
  const { groupId, registrationNo } = await register();
  const change = (name: string) =>
    admin.put(`${groups}/${groupId}`, { ...content, registrationNo, name }, { 'if-match': '"1"' });
  const statuses = (await Promise.all(['a', 'b', 'c', 'd'].map(change))).map(({ status }) => status);
  t.strictSame(statuses.sort(), [200, 412, 412, 412]);
});

t.test('listGroups: filters by area, status, number and development level, together', async (t) => {
  const far = { areaCode: '100101' };
  const [a, b, c] = [await register(far), await register({ areaCode: '1002', status: 'merged' }), await register(far)];
  await admin.put(`${groups}/${a.groupId}/figures/2020-01-01`, { memberCount: 1, savingsBaht: 1, developmentLevel: 3 });
  const found = async (query: string) => {
    const { body } = await admin.get(`${groups}?${query}`, { prefer: 'count=exact' });
    t.equal(body.total, body.items.length, query);
    return body.items.map(({ groupId }: { groupId: string }) => groupId);
  };
  const ids = (...some: { groupId: string }[]) => some.map(({ groupId }) => groupId);
  t.strictSame(await found('area=10'), ids(a, b, c));
  t.strictSame(await found('area=1001'), ids(a, c));
  t.strictSame(await found('area=10&status=merged'), ids(b));
  t.strictSame(await found('area=10&developmentLevel=3'), ids(a));
  t.strictSame(await found('area=10&developmentLevel=2'), []);
  t.strictSame(await found(`registrationNo=${c.registrationNo}`), ids(c));
  t.strictSame(await found(`area=10&status=active&q=${a.registrationNo}`), ids(a));
  for (const query of [
    'area=4026',
    'area=x',
    'status=gone',
    'developmentLevel=4',
    'developmentLevel=x',
    'sort=age',
    'q=%20',
  ]) {
    const pointer = `/query/${query.split('=')[0]}`;
    await admin.refused(t, { method: 'GET', path: `${groups}?${query}` }, invalid(pointer));
  }
});

t.test('listGroups: names sort in Thai order, and its pages give each group once', async (t) => {
  // By code point this is กา กา ขอน เกาะ เขา แก่ง; a dictionary puts the leading vowel after its consonant.
  const inOrder = ['กล้วย', 'กา', 'กา', 'เกาะ', 'แก่ง', 'ขอน', 'เขา'];
  const shuffled = ['เขา', 'กา', 'แก่ง', 'ขอน', 'กา', 'เกาะ', 'กล้วย'];
  for (const name of shuffled) await register({ name, areaCode: '2101' });
  for (const limit of [1, 2, 3, 500]) {
    const pages = await admin.pages(`${groups}?area=2101&sort=name&limit=${limit}`);
    const all = pages.flat();
    t.strictSame(
      all.map(({ name }) => name),
      inOrder,
      `limit ${limit}`,
    );
    t.equal(new Set(all.map(({ groupId }) => groupId)).size, inOrder.length, 'two of the same name are two');
  }
  const byNumber = (await admin.pages(`${groups}?area=2101&limit=2`)).flat().map(({ name }) => name);
  t.strictSame(byNumber, shuffled, 'by default the order is that of the registration numbers');
});

t.test('listGroups: q finds a part of a Thai name, and takes % and _ as they are', async (t) => {
  const names = ['บ้านหนองไผ่', 'บ้านไผ่ล้อม', 'ออม 100% จริง', 'ออม 1000 จริง', 'a_b', 'aXb', 'back\\slash'];
  for (const name of names) await register({ name, areaCode: '2201' });
  const found = async (q: string) => {
    const { body } = await admin.get(`${groups}?area=2201&q=${encodeURIComponent(q)}`);
    return body.items.map(({ name }: { name: string }) => name).sort();
  };
  t.strictSame(await found('ไผ่'), ['บ้านหนองไผ่', 'บ้านไผ่ล้อม'].sort());
  t.strictSame(await found('100%'), ['ออม 100% จริง']);
  t.strictSame(await found('%'), ['ออม 100% จริง']);
  t.strictSame(await found('a_b'), ['a_b']);
  t.strictSame(await found('_'), ['a_b']);
  t.strictSame(await found('A_B'), ['a_b'], 'letters without their case');
  t.strictSame(await found('\\'), ['back\\slash']);
  t.strictSame(await found('ไม่มี'), []);
});

t.test('replaceGroup: ten who overwrite at once make ten versions, and who reads meanwhile is answered', async (t) => {
  const { groupId, registrationNo } = await register();
  const busy = Array.from({ length: 30 }, (_, index) =>
    index % 3 === 0
      ? admin.put(`${groups}/${groupId}`, { ...content, registrationNo, name: `n${index}` }, { 'if-match': '*' })
      : admin.get(`${groups}/${groupId}`),
  );
  const statuses = new Set((await Promise.all(busy)).map(({ status }) => status));
  t.strictSame([...statuses], [200]);
  t.equal((await admin.get(`${groups}/${groupId}`)).body.version, 11, 'ten writes on top of the first version');
});
