import t from 'tap';
import { startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { changesDuring } from '../support/state.js';
import { assess, made, makeGroup, makeRound, setTarget } from '../support/world.js';

type Row = Answer['body'];

const { admin, client, database } = await startTestApp(t);
const reviewer = await client();
const any = { 'if-match': '*' };
let roundNo = 0;

/** A round of its own, so that tests do not see each other's sheets. */
async function makeOwnRound(instrument = 'fhc@1'): Promise<string> {
  roundNo += 1;
  return (await makeRound(admin, { roundNo, instrument })).roundId;
}

/** A group with a submitted sheet; short levels are continued with level 3. */
async function makeChecked(roundId: string, levels: string, areaCode = '401001', criteria = 19): Promise<string> {
  const { groupId } = await makeGroup(admin, areaCode);
  await setTarget(admin, roundId, groupId);
  await assess(admin, roundId, groupId, levels.padEnd(criteria, '3'));
  return groupId;
}

const draft = (body: object) => made(admin.post('/v1/plans/drafting', body));
const begin = (body: object) => made(admin.post('/v1/plans', { title: 'แผน', ...body }));
const addAction = (planId: string, content: object) =>
  made(admin.post(`/v1/plans/${planId}/actions`, { title: 'กิจกรรม', ...content }));
const criteriaOf = (rows: { criterionNo: number }[]) => rows.map(({ criterionNo }) => criterionNo);

t.test('a plan is begun, read, renamed under If-Match and deleted with its actions while it is a draft', async (t) => {
  const roundId = await makeOwnRound();
  const groupId = await makeChecked(roundId, '1');
  const body = { roundId, tier: 'group', groupId, title: 'แผนของกลุ่ม' };
  const { status, headers, body: plan } = await admin.post('/v1/plans', body);
  t.equal(status, 201);
  const path = `/v1/plans/${plan.planId}`;
  t.equal(headers.location, path);
  t.match(headers.etag, /^"1-/);
  const { planId, createdAt, updatedAt, ...rest } = plan;
  t.strictSame(rest, { ...body, areaCode: '401001', status: 'draft', cancellationReason: null, version: 1 });
  t.strictSame((await admin.get(path)).body, plan);
  t.equal((await admin.get(path, { 'if-none-match': String(headers.etag) })).status, 304);
  t.equal((await admin.put(path, { title: 'แผนของกลุ่ม' })).body.version, 1, 'the same title again changes nothing');
  const renamed = await made(admin.put(path, { title: 'แผนใหม่' }, { 'if-match': '"1"' }));
  t.hasStrict(renamed, { planId, title: 'แผนใหม่', version: 2 });
  const { actionId } = await addAction(planId, { criterionNo: 1 });
  t.equal((await admin.delete(path, { 'if-match': '"2"' })).status, 204);
  t.equal((await admin.get(path)).body.code, 'plan-not-found');
  t.equal((await admin.get(`${path}/actions/${actionId}`)).body.code, 'plan-not-found');
});

t.test('an action is added, read, changed, listed by its state, and deleted', async (t) => {
  const roundId = await makeOwnRound();
  const { planId } = await begin({ roundId, tier: 'group', groupId: await makeChecked(roundId, '12') });
  const path = `/v1/plans/${planId}/actions`;
  const { status, headers, body: bare } = await admin.post(path, { criterionNo: 2, title: 'เยี่ยมกลุ่ม' });
  t.strictSame([status, headers.location], [201, `${path}/${bare.actionId}`]);
  t.match(headers.etag, /^"1-/);
  const { actionId, createdAt, updatedAt, nextLevel, ...rest } = bare;
  const unset = { principle: null, budgetBaht: null, startsOn: null, dueOn: null, outcome: null, reason: null };
  const responsible = { name: null, organization: null };
  const first = { planId, criterionNo: 2, title: 'เยี่ยมกลุ่ม', kind: 'activity', status: 'planned', progressPercent: 0 };
  const origin = { finding: 'เหตุผลข้อ 2', drafted: false, version: 1 };
  t.strictSame(
    rest,
    { ...first, ...unset, responsible, ...origin },
    'what is not said is null or the first of its kind',
  );
  t.strictSame((await admin.get(`${path}/${actionId}`)).body, bare);
  const content = {
    criterionNo: 2,
    principle: 'accountability',
    title: 'อบรม',
    kind: 'training',
    responsible: { name: 'นายตัวอย่าง', organization: 'พัฒนาชุมชน' },
    budgetBaht: 99_999_999_999.25,
    startsOn: '2012-05-01',
    dueOn: '2012-06-30',
    status: 'in-progress',
    progressPercent: 30,
    outcome: 'เริ่มแล้ว\nรออีกครั้ง',
    reason: null,
  };
  const changed = await made(admin.put(`${path}/${actionId}`, content, { 'if-match': '"1"' }));
  t.hasStrict(changed, { ...content, version: 2, finding: 'เหตุผลข้อ 2' });
  t.equal((await admin.put(`${path}/${actionId}`, content)).body.version, 2, 'the same content again changes nothing');
  const other = await addAction(planId, { criterionNo: 1 });
  const idsOf = async (query: string) =>
    (await admin.pages(`${path}?limit=1${query}`)).flat().map((action) => action.actionId);
  t.strictSame(await idsOf(''), [actionId, other.actionId], 'oldest first');
  t.strictSame(await idsOf('&status=in-progress'), [actionId]);
  t.strictSame(await idsOf('&status=done'), []);
  t.equal((await admin.get(path, { prefer: 'count=exact' })).body.total, 2);
  t.equal((await admin.delete(`${path}/${actionId}`, { 'if-match': '"2"' })).status, 204);
  t.equal((await admin.get(`${path}/${actionId}`)).body.code, 'action-not-found');
  const elsewhere = await begin({ roundId, tier: 'district', areaCode: '4010' });
  const astray = `/v1/plans/${elsewhere.planId}/actions/${other.actionId}`;
  t.equal((await admin.get(astray)).body.code, 'action-not-found', 'an action is found in its own plan only');
});

t.test('the list: filters by round, tier, area, group, status, criterion, state of action and overdue', async (t) => {
  const [roundId, otherRound] = [await makeOwnRound(), await makeOwnRound()];
  const far = await makeChecked(roundId, '11', '400101');
  const near = await makeChecked(roundId, '11', '401001');
  const names = new Map<string, string>();
  const make = async (name: string, body: object, ...actions: object[]) => {
    const { planId } = await begin({ roundId, ...body });
    names.set(planId, name);
    for (const action of actions) await addAction(planId, { criterionNo: 1, ...action });
    return planId;
  };
  await make('far', { tier: 'group', groupId: far }, { dueOn: '2012-05-01' }, { criterionNo: 2, status: 'dropped' });
  const finished = { status: 'done', progressPercent: 100, outcome: 'เสร็จ', dueOn: '2012-05-01' };
  const nearId = await make('near', { tier: 'group', groupId: near }, finished, {
    criterionNo: 2,
    dueOn: '2099-01-01',
  });
  await make('district', { tier: 'district', areaCode: '4010' });
  await make('province', { tier: 'province', areaCode: '40' }, { status: 'in-progress', dueOn: '2012-05-01' });
  await make('other', { tier: 'province', areaCode: '40', roundId: otherRound });
  await made(reviewer.post(`/v1/plans/${nearId}/approval`, undefined, any));
  const found = async (query: string) => {
    const items = (await admin.pages(`/v1/plans?limit=2&${query}`)).flat();
    return items.flatMap(({ planId }) => names.get(planId) ?? []).join(' ');
  };
  const wanted = {
    [`round=${otherRound}`]: 'other',
    [`round=${roundId}`]: 'far near district province',
    [`group=${far}`]: 'far',
    ...Object.fromEntries(
      Object.entries({
        'tier=group': 'far near',
        'tier=province': 'province',
        'area=4010': 'near district',
        'area=401001': 'near',
        'status=approved': 'near',
        'status=draft': 'far district province',
        'criterion=2': 'far near',
        'actionStatus=done': 'near',
        'criterion=2&actionStatus=done': '',
        'criterion=2&actionStatus=dropped': 'far',
        'overdue=true': 'far province',
        'overdue=false': 'near district',
        'tier=group&overdue=true': 'far',
      }).map(([query, plans]) => [`round=${roundId}&${query}`, plans]),
    ),
  };
  for (const [query, plans] of Object.entries(wanted)) t.equal(await found(query), plans, query);
  const pages = await admin.pages(`/v1/plans?round=${roundId}&limit=3`);
  t.strictSame(
    pages.map((page) => page.length),
    [3, 1],
  );
  const { total } = (await admin.get(`/v1/plans?round=${roundId}&tier=group&limit=1`, { prefer: 'count=exact' })).body;
  t.equal(total, 2);
  const bad = [
    'round=1',
    'tier=village',
    'area=4026',
    'status=done',
    'criterion=0',
    'actionStatus=late',
    'overdue=yes',
  ];
  for (const query of bad) {
    const pointers = [`/query/${query.split('=')[0]}`];
    const call = { method: 'GET' as const, path: `/v1/plans?${query}` };
    await admin.refused(t, call, { status: 400, code: 'invalid-input', pointers });
  }
});

const said = (en: string) => ({ th: `ไทย ${en}`, en });
const handbook = {
  code: 'handbook',
  instrumentVersion: 1,
  name: said('Handbook'),
  passLevel: 3,
  healthLevelRule: 'weakest-criterion',
  reasonRequired: 'every',
  virtues: [],
  criteria: [1, 2, 3, 4].map((criterionNo) => ({
    criterionNo,
    name: said(`Criterion ${criterionNo}`),
    virtueCode: null,
    levels: [1, 2, 3].map((level) => ({
      level,
      descriptor: said(`${criterionNo} at ${level}`),
      guidance: said(`To reach ${level} in ${criterionNo}`),
    })),
  })),
};

t.test(
  'drafting for a group: what it failed, level 1 before 2, with reasons and the guidance to come on',
  async (t) => {
    await made(admin.post('/v1/instruments', handbook));
    const roundId = await makeOwnRound('handbook@1');
    const groupId = await makeChecked(roundId, '2131', '401001', 4);
    const { plan, created, added, findings } = await draft({ roundId, tier: 'group', groupId });
    t.hasStrict([created, plan.areaCode, plan.version], [true, '401001', 1]);
    const steps = added.map((row: Row) => `${row.criterionNo} to ${row.nextLevel.level}, ${row.finding}: ${row.title}`);
    t.strictSame(steps, [
      '2 to 2, เหตุผลข้อ 2: ปรับปรุงการดำเนินงานตามเกณฑ์ข้อ 2 ไทย Criterion 2',
      '4 to 2, เหตุผลข้อ 4: ปรับปรุงการดำเนินงานตามเกณฑ์ข้อ 4 ไทย Criterion 4',
      '1 to 3, เหตุผลข้อ 1: ปรับปรุงการดำเนินงานตามเกณฑ์ข้อ 1 ไทย Criterion 1',
    ]);
    const quoted = { level: 3, descriptor: said('1 at 3'), guidance: said('To reach 3 in 1') };
    t.strictSame(added[2].nextLevel, quoted, 'the next level is quoted from the handbook');
    t.strictSame(criteriaOf(findings), [2, 4, 1]);
    t.hasStrict(findings[0], { failedGroups: 1, groups: [{ groupId, level: 1, reason: 'เหตุผลข้อ 2' }] });
    const passed = await addAction(plan.planId, { criterionNo: 3, reason: 'รักษาไว้' });
    t.equal(passed.nextLevel, null, 'there is no level above the highest');
    const area = await draft({ roundId, tier: 'district', areaCode: '4010' });
    t.hasStrict(area.added[0].nextLevel, { level: 3, guidance: said('To reach 3 in 1') }, 'an area aims at passing');
  },
);

t.test(
  'drafting again adds only what nobody has an action on, a dropped one included, and changes nothing',
  async (t) => {
    const roundId = await makeOwnRound();
    const groupId = await makeChecked(roundId, '1121');
    const body = { roundId, tier: 'group', groupId };
    const { plan, added } = await draft(body);
    const path = `/v1/plans/${plan.planId}/actions`;
    const dropped = { criterionNo: 1, title: 'ของคน', status: 'dropped' };
    await made(admin.put(`${path}/${added[0].actionId}`, dropped, any));
    await admin.delete(`${path}/${added[1].actionId}`, any);
    const changes = await changesDuring(database, async () => {
      const again = await draft(body);
      t.equal(again.created, false);
      t.strictSame(criteriaOf(again.added), [2], 'the deleted one comes back, the dropped one does not');
    });
    t.hasStrict(changes, [{ action: 'plan-action.drafted', after: { criterionNo: 2, drafted: true } }]);
    t.equal(changes.length, 1);
    t.strictSame(await changesDuring(database, () => draft(body)), []);
    const { items } = (await admin.get(path)).body;
    t.hasStrict(items[0], dropped);
  },
);

t.test('drafting for a district: its five most failed criteria, who failed them and who plans already', async (t) => {
  const roundId = await makeOwnRound();
  // Failed in 4010 by: criterion 5 three, 1 and 2 two, 3, 4 and 6 one; criterion 7 by a group of another district.
  const first = await makeChecked(roundId, '121323');
  const second = await makeChecked(roundId, '333313', '401002');
  const third = await makeChecked(roundId, '213212', '401002');
  await makeChecked(roundId, '3333331', '400101');
  const own = await draft({ roundId, tier: 'group', groupId: first });
  const droppedPath = `/v1/plans/${own.plan.planId}/actions/${own.added[0].actionId}`;
  await made(admin.put(droppedPath, { criterionNo: 1, title: 'เลิก', status: 'dropped' }, any));
  const { plan, added, findings } = await draft({ roundId, tier: 'district', areaCode: '4010' });
  t.hasStrict(plan, { tier: 'district', areaCode: '4010', groupId: null });
  // The fifth place is shared by 3, 4 and 6: a tie at the cut stays whole.
  t.strictSame(criteriaOf(added), [5, 1, 2, 3, 4, 6]);
  t.strictSame(
    findings.map((row: Row) => [row.criterionNo, row.failedGroups, row.planningGroups]).join(' | '),
    '5,3,1 | 1,2,0 | 2,2,1 | 3,1,1 | 4,1,0 | 6,1,0',
    'criterion, groups that failed it, of these planning: the first for 2, 3 and 5, as what it dropped does not count',
  );
  t.hasStrict(findings[0].groups, [
    { groupId: first, level: 2, reason: 'เหตุผลข้อ 5', planning: true },
    { groupId: second, level: 1, planning: false },
    { groupId: third, level: 1, planning: false },
  ]);
  t.strictSame((await draft({ roundId, tier: 'district', areaCode: '4010' })).added, []);
});

t.test('a group that has moved since the round still has its findings, and its plan its effect', async (t) => {
  const [roundId, second] = [await makeOwnRound(), await makeOwnRound()];
  const groupId = await makeChecked(roundId, '1', '401001');
  const { registrationNo, name } = (await admin.get(`/v1/groups/${groupId}`)).body;
  await made(admin.put(`/v1/groups/${groupId}`, { registrationNo, name, areaCode: '401002' }, any));
  await setTarget(admin, second, groupId);
  await assess(admin, second, groupId, '3'.repeat(19));
  const { plan, findings } = await draft({ roundId, tier: 'group', groupId });
  t.strictSame(criteriaOf(findings), [1]);
  t.equal((await admin.get(`/v1/plans/${plan.planId}/effect?with=${second}`)).body.compared, 1);
});

t.test('ten draftings of one place at once make one plan; the nine others are given it', async (t) => {
  const roundId = await makeOwnRound();
  const groupId = await makeChecked(roundId, '12');
  const officer = await client({ areaCode: '4010' });
  for (const place of [
    { tier: 'group', groupId },
    { tier: 'district', areaCode: '4010' },
  ]) {
    const body = { roundId, ...place };
    const answers = await Promise.all(Array.from({ length: 10 }, () => officer.post('/v1/plans/drafting', body)));
    t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]));
    t.equal(new Set(answers.map((answer) => answer.body.plan.planId)).size, 1);
    t.equal(answers.filter((answer) => answer.body.created).length, 1);
    const { items } = (await admin.get(`/v1/plans/${answers[0]?.body.plan.planId}/actions`)).body;
    t.strictSame(criteriaOf(items).sort(), [1, 2]);
  }
});

t.test('a finding with an action in a completed plan is not drafted again; one of a cancelled plan is', async (t) => {
  const roundId = await makeOwnRound();
  const groupId = await makeChecked(roundId, '1');
  const place = { roundId, tier: 'group', groupId };
  const cancelled = await draft(place);
  await made(admin.post(`/v1/plans/${cancelled.plan.planId}/cancellation`, { reason: 'เริ่มใหม่' }, any));
  const { plan, added } = await draft(place);
  t.strictSame(criteriaOf(added), [1], 'the finding is open again after the cancellation');
  const path = `/v1/plans/${plan.planId}`;
  const done = { criterionNo: 1, title: 'อบรม', status: 'done', progressPercent: 100, outcome: 'ทำได้แล้ว' };
  await made(admin.put(`${path}/actions/${added[0].actionId}`, done, any));
  for (const move of ['approval', 'start', 'completion']) await made(reviewer.post(`${path}/${move}`, undefined, any));
  await admin.refused(
    t,
    { method: 'POST', path: '/v1/plans/drafting', body: place },
    { status: 422, code: 'rules-broken', pointers: ['/roundId'] },
  );
});

t.test('a plan with nothing but dropped actions is not approved', async (t) => {
  const roundId = await makeOwnRound();
  const groupId = await makeChecked(roundId, '1');
  const { planId } = await begin({ roundId, tier: 'group', groupId });
  await addAction(planId, { criterionNo: 1, status: 'dropped' });
  await admin.refused(
    t,
    { method: 'POST', path: `/v1/plans/${planId}/approval`, headers: any },
    { status: 422, code: 'rules-broken', pointers: ['/actions'] },
  );
});
