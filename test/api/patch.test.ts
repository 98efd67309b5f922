import fc from 'fast-check';
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { made, makeGroup, makeRound, makeTeam, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const { admin, app, client } = await startTestApp(t);
const { roundId } = await makeRound(admin, {}, 'draft');
const open = await makeRound(admin, { roundNo: 2 });
const { groupId } = await makeGroup(admin, '401001', { villageName: 'บ้านหนองน้ำใส', foundedOn: '1999-05-01' });
const registered = await makeGroup(admin, '401001', { villageName: 'บ้านหนองน้ำใส', foundedOn: '1999-05-01' });
const team = await makeTeam(admin, { members: [{ name: 'นางสาวตัวอย่าง ใจดี', organization: 'cdd' }] });
const figures = { memberCount: 71, savingsBaht: 366_500.5, developmentLevel: 3, source: 'ทะเบียน' };
await made(admin.put(`/v1/groups/${groupId}/figures/2012-03-31`, figures));
await setTarget(admin, open.roundId, groupId, team.teamId);
await made(admin.put(sheetPath(open.roundId, groupId), sheetFrom('31', { summary: 'ภาพรวม' })));
const plan = await made(
  admin.post('/v1/plans', { roundId: open.roundId, tier: 'province', areaCode: '40', title: 'แผน' }),
);
const action = await made(
  admin.post(`/v1/plans/${plan.planId}/actions`, {
    criterionNo: 2,
    title: 'อบรม',
    reason: 'จำเป็น',
    responsible: { name: 'นายสมมติ', organization: 'พัฒนาชุมชน' },
  }),
);

/** One record of each kind that can be patched, and what can be sent for it: another value, and null where it is one. */
const records = [
  {
    path: `/v1/groups/${registered.groupId}`,
    values: {
      name: ['กลุ่มใหม่', 'กลุ่มเดิม'],
      villageName: [null, 'บ้านใหม่'],
      foundedOn: [null, '2000-01-01'],
      status: ['inactive', 'active'],
    },
  },
  {
    path: `/v1/groups/${groupId}/figures/2012-03-31`,
    values: { memberCount: [0, 99], savingsBaht: [0.01, 12.5], developmentLevel: [null, 2], source: [null, 'สำรวจ'] },
  },
  {
    path: `/v1/teams/${team.teamId}`,
    values: { name: ['ทีมใหม่', 'ทีมเดิม'], members: [[], [{ name: 'นายทดลอง', organization: 'gsb' }]] },
  },
  {
    path: `/v1/rounds/${roundId}`,
    values: { title: ['ใหม่', 'เดิม'], endsOn: ['2012-05-15', '2012-04-30'], targetPopulation: [null, 500] },
  },
  { path: `/v1/rounds/${open.roundId}/targets/${groupId}`, values: { teamId: [null, team.teamId] } },
  {
    path: sheetPath(open.roundId, groupId),
    values: { assessedOn: ['2012-04-13', '2012-04-20'], summary: [null, 'อื่น'], teamId: [null, team.teamId] },
  },
  { path: `/v1/plans/${plan.planId}`, values: { title: ['แผนใหม่', 'แผนเดิม'] } },
  {
    path: `/v1/plans/${plan.planId}/actions/${action.actionId}`,
    values: {
      title: ['ประชุม', 'อบรม'],
      budgetBaht: [null, 12_000],
      principle: [null, 'transparency'],
      responsible: [{ name: 'นางใหม่' }, { organization: null }, { name: null, organization: 'ธนาคาร' }],
    },
  },
];

const historic = ['version', 'updatedAt'];
const without = (record: object, names: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

t.test('a patch changes what is sent and nothing else, whatever is sent of whatever record', async (t) => {
  for (const { path, values } of records) {
    const part = fc.record(
      Object.fromEntries(Object.entries(values).map(([name, some]) => [name, fc.constantFrom<unknown>(...some)])),
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(part, async (patch) => {
        const before = (await admin.get(path)).body;
        const { status, headers, body } = await admin.patch(path, patch, { 'if-match': `"${before.version}"` });
        const expected = expectedOf(before, patch);
        const changed = JSON.stringify(without(expected, historic)) !== JSON.stringify(without(before, historic));
        t.equal(status, 200, path);
        t.strictSame(without(body, historic), without(expected, historic));
        t.equal(body.version, before.version + (changed ? 1 : 0), 'a patch that changes nothing makes no version');
        t.equal(headers.etag, (await admin.get(path)).headers.etag);
      }),
      { numRuns: 8 },
    );
  }
});

/** The record with the fields of the patch; an object inside is merged, and null inside it takes a name off. */
function expectedOf(before: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merge = (name: string, value: unknown) =>
    name === 'responsible' ? { ...(before[name] as object), ...(value as object) } : value;
  return { ...before, ...Object.fromEntries(Object.entries(patch).map(([name, value]) => [name, merge(name, value)])) };
}

t.test('every PATCH needs If-Match to change a record, and finds no record where there is none', async (t) => {
  for (const { path, values } of records) {
    const { body } = await admin.get(path);
    const [[name, some] = ['', []]] = Object.entries(values);
    const [other] = (some as unknown[]).filter((value) => JSON.stringify(value) !== JSON.stringify(body[name]));
    const call = { method: 'PATCH' as const, path, body: { [name]: other } };
    await admin.refused(t, call, { status: 428, code: 'version-required' });
    const stale = { ...call, headers: { 'if-match': `"${body.version + 1}"` } };
    await admin.refused(t, stale, { status: 412, code: 'version-stale' });
    const unknown = { ...call, body: { nothing: 1 }, headers: { 'if-match': '*' } };
    await admin.refused(t, unknown, { status: 400, code: 'invalid-input', pointers: ['/nothing'] });
    const elsewhere = path.replace(/[0-9a-f]{12}(?=(\/figures\/[\d-]+)?$)/, '000000000000');
    const { status } = await admin.patch(elsewhere, { [name]: other }, { 'if-match': '*' });
    t.equal(status, 404, elsewhere);
  }
});

t.test('null of a field that a record must have is refused by name', async (t) => {
  const call = { method: 'PATCH' as const, path: `/v1/groups/${groupId}`, headers: { 'if-match': '*' } };
  const refused = { status: 400, code: 'invalid-input', pointers: ['/name'] };
  await admin.refused(t, { ...call, body: { name: null } }, refused);
  const { body } = await admin.patch(call.path, { status: null }, call.headers);
  t.equal(body.status, 'active', 'and one with a value for nothing given goes back to it');
});

t.test(
  'patches of different fields at the same moment lose nothing, and none is refused with If-Match: *',
  async (t) => {
    const path = `/v1/groups/${groupId}`;
    for (let run = 0; run < 5; run += 1) {
      const patches = [{ name: `กลุ่ม ${run}` }, { villageName: `บ้าน ${run}` }, { foundedOn: `200${run}-01-01` }];
      const answers = await Promise.all(patches.map((patch) => admin.patch(path, patch, { 'if-match': '*' })));
      t.strictSame(
        answers.map(({ status }) => status),
        [200, 200, 200],
      );
      t.hasStrict((await admin.get(path)).body, Object.assign({}, ...patches));
    }
  },
);

t.test(
  'a patch comes as application/merge-patch+json or application/json, and nothing else takes the former',
  async (t) => {
    const type = 'application/merge-patch+json';
    const headers = { 'content-type': type, 'if-match': '*' };
    const path = `/v1/groups/${groupId}`;
    const payload = JSON.stringify({ villageName: 'บ้านตัวอย่าง' });
    const { status, body } = await admin.send({ method: 'PATCH', path, payload, headers });
    t.strictSame([status, body.villageName], [200, 'บ้านตัวอย่าง']);
    await admin.refused(t, { method: 'PUT', path, payload, headers }, { status: 415, code: 'unsupported-media-type' });
    const broken = { method: 'PATCH' as const, path, payload: '{"name":"ก","name":"ข"}', headers };
    t.equal((await admin.refused(t, broken, { status: 400, code: 'malformed-json' })).status, 400);
  },
);

t.test('whoever may replace a record may patch it, and nobody else', async (t) => {
  for (const { path } of records) {
    const reader = await client({ permissions: ['read'] });
    await reader.refused(t, { method: 'PATCH', path, body: {} }, { status: 403, code: 'permission-missing' });
  }
  const replaced = app.operations.filter(({ method }) => method === 'PUT').map(({ path }) => path);
  const patched = app.operations.filter(({ method }) => method === 'PATCH').map(({ path }) => path);
  t.strictSame(patched.sort(), replaced.sort(), 'and every record that is replaced can be patched');
});
