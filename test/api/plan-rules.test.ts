import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import type { Call, Client } from '../support/client.js';
import { changesDuring } from '../support/state.js';
import { assess, made, makeGroup, makeRound, setTarget } from '../support/world.js';

const { admin, client, database } = await startTestApp(t);
const reviewer = await client();
const any = { 'if-match': '*' };
const nowhere = '01936d5e-6f70-7c3a-9c55-0242ac12ffff';
const { roundId } = await makeRound(admin);
const { groupId } = await makeGroup(admin, '401001');
await setTarget(admin, roundId, groupId);
// Failed: criterion 2 at level 1, criterion 18 at level 2.
await assess(admin, roundId, groupId, `31${'3'.repeat(15)}23`);
const unchecked = (await makeGroup(admin, '401001')).groupId;
await setTarget(admin, roundId, unchecked);
await assess(admin, roundId, unchecked, '1', { submitted: false });

const ofGroup = { tier: 'group', groupId };
const ofDistrict = { tier: 'district', areaCode: '4010' };
const action = { criterionNo: 2, title: 'อบรมบัญชี' };
const moves = ['approval', 'start', 'completion', 'cancellation'];
const finished = { status: 'done', progressPercent: 100, outcome: 'บัญชีครบ' };

async function makePlan(place: object = ofGroup): Promise<string> {
  return (await made(admin.post('/v1/plans', { roundId, title: 'แผนทดสอบ', ...place }))).planId;
}

async function addAction(planId: string, content: object = {}): Promise<string> {
  return (await made(admin.post(`/v1/plans/${planId}/actions`, { ...action, ...content }))).actionId;
}

/** A plan of the group with one finished action, moved step by step. */
async function makeMoved(...steps: string[]): Promise<{ planId: string; actionId: string }> {
  const planId = await makePlan();
  const actionId = await addAction(planId, finished);
  for (const step of steps) await made(post(reviewer, `/v1/plans/${planId}/${step}`, bodyOf(step)));
  return { planId, actionId };
}

const post = (who: Client, path: string, body?: object) => who.post(path, body, any);
const bodyOf = (step: string) => (step === 'cancellation' ? { reason: 'กลุ่มยุบรวม' } : undefined);

/** What is wrong, as `pointer code`, in order. */
async function refuse(t: Test, call: Call, status: 400 | 422, faults: readonly string[]): Promise<void> {
  const code = status === 400 ? 'invalid-input' : 'rules-broken';
  const { body } = await admin.refused(t, call, { status, code });
  const seen = body.errors?.map((error: { pointer: string; code: string }) => `${error.pointer} ${error.code}`);
  t.strictSame(seen, faults, JSON.stringify(call.body));
}

const actionRules: [object, string[]][] = [
  [{ criterionNo: 3 }, ['/reason criterion-not-failed']],
  [{ criterionNo: 20 }, ['/criterionNo criterion-unknown']],
  [{ status: 'done', progressPercent: 100 }, ['/outcome outcome-missing']],
  [{ status: 'done', progressPercent: 99, outcome: 'เกือบครบ' }, ['/progressPercent done-not-complete']],
  [{ startsOn: '2012-06-02', dueOn: '2012-06-01' }, ['/dueOn dates-out-of-order']],
  [
    { criterionNo: 3, startsOn: '2012-06-02', dueOn: '2012-06-01', status: 'done' },
    '/reason criterion-not-failed,/dueOn dates-out-of-order,/progressPercent done-not-complete,/outcome outcome-missing'.split(
      ',',
    ),
  ],
];

const actionShapes: [object, string[]][] = [
  [{ budgetBaht: -1 }, ['/budgetBaht too-small']],
  [{ budgetBaht: 10.123 }, ['/budgetBaht too-many-decimals']],
  [{ criterionNo: 0 }, ['/criterionNo too-small']],
  [{ principle: 'transparancy' }, ['/principle invalid-value']],
  [{ kind: 'party', status: 'finished' }, ['/kind invalid-value', '/status invalid-value']],
  [{ progressPercent: 101 }, ['/progressPercent too-big']],
  [{ dueOn: '2012-02-30' }, ['/dueOn invalid-format']],
  [{ title: ' ' }, ['/title blank']],
  [{ responsible: { nmae: 'ก' } }, ['/responsible/nmae unknown-field']],
  [{ budget: 5 }, ['/budget unknown-field']],
];

t.test('an action is refused for what makes no sense, every fault named, when added and when changed', async (t) => {
  const planId = await makePlan();
  const path = `/v1/plans/${planId}/actions`;
  const actionId = await addAction(planId);
  const calls = (content: object): Call[] => [
    { method: 'POST', path, body: { ...action, ...content } },
    { method: 'PUT', path: `${path}/${actionId}`, body: { ...action, ...content }, headers: any },
  ];
  for (const [content, faults] of actionRules) {
    for (const call of calls(content)) await refuse(t, call, 422, faults);
  }
  for (const [content, faults] of actionShapes) {
    for (const call of calls(content)) await refuse(t, call, 400, faults);
  }
  const needed = { criterionNo: 3, reason: 'กรรมการชุดใหม่' };
  t.hasStrict(await made(admin.post(path, { ...action, ...needed })), needed, 'with a reason it goes');
  const sameDay = { startsOn: '2012-06-01', dueOn: '2012-06-01', budgetBaht: 0, ...finished };
  t.hasStrict(await made(admin.post(path, { ...action, ...sameDay })), sameDay, 'and so does what is just allowed');
});

t.test('an unknown principle or field is told what was probably meant', async (t) => {
  const body = { ...action, principle: 'transparancy', budgetBath: 5 };
  const path = `/v1/plans/${await makePlan()}/actions`;
  const { errors } = (await admin.post(path, body)).body;
  t.match(errors[0].detail, /Did you mean "transparency"\?/);
  t.match(errors[1].detail, /Did you mean "budgetBaht"\?/);
});

t.test('an area plan answers what fails in its area: another criterion needs a reason', async (t) => {
  const path = `/v1/plans/${await makePlan(ofDistrict)}/actions`;
  t.hasStrict(await made(admin.post(path, action)), { criterionNo: 2, reason: null });
  const call = { method: 'POST' as const, path, body: { ...action, criterionNo: 4 } };
  await refuse(t, call, 422, ['/reason criterion-not-failed']);
});

t.test('a plan whose place makes no sense is neither begun nor drafted', async (t) => {
  const places: [object, string[]][] = [
    [{ ...ofDistrict, areaCode: '40' }, ['/areaCode area-of-other-tier']],
    [{ ...ofDistrict, areaCode: '4026' }, ['/areaCode area-unknown']],
    [{ ...ofDistrict, areaCode: '4101' }, ['/areaCode plan-outside-round']],
    [{ tier: 'district' }, ['/areaCode area-missing']],
    [{ ...ofDistrict, groupId }, ['/groupId group-not-expected']],
    [{ tier: 'province', areaCode: '4010' }, ['/areaCode area-of-other-tier']],
    [{ tier: 'province', areaCode: '41' }, ['/areaCode plan-outside-round']],
    [{ tier: 'group', areaCode: '401001' }, ['/groupId group-missing']],
    [{ tier: 'group' }, ['/groupId group-missing']],
    [{ ...ofGroup, areaCode: '401002' }, ['/areaCode area-not-of-group']],
    [{ ...ofGroup, groupId: nowhere }, ['/groupId group-unknown']],
    [{ ...ofGroup, groupId: unchecked }, ['/groupId no-findings']],
    [{ ...ofGroup, roundId: nowhere }, ['/roundId round-unknown']],
  ];
  for (const [place, faults] of places) {
    const title = { title: 'แผน' };
    await refuse(t, { method: 'POST', path: '/v1/plans', body: { roundId, ...title, ...place } }, 422, faults);
    await refuse(t, { method: 'POST', path: '/v1/plans/drafting', body: { roundId, ...place } }, 422, faults);
  }
  const misspelt = { ...ofGroup, roundId, title: 'แผน', teir: 'group' };
  await refuse(t, { method: 'POST', path: '/v1/plans', body: misspelt }, 400, ['/teir unknown-field']);
  const bare = { tier: 'village', roundId: '1' };
  const faults = ['/tier invalid-value', '/roundId invalid-format', '/title required'];
  await refuse(t, { method: 'POST', path: '/v1/plans', body: bare }, 400, faults);
});

t.test(
  'a plan moves from draft to approved to in progress to completed, or is cancelled, and no other way',
  async (t) => {
    const ways: [string[], string, string[]][] = [
      [[], 'draft', ['start', 'completion']],
      [['approval'], 'approved', ['approval', 'completion']],
      [['approval', 'start'], 'in-progress', ['approval', 'start']],
      [['approval', 'start', 'completion'], 'completed', moves],
      [['cancellation'], 'cancelled', moves],
      [['approval', 'cancellation'], 'cancelled', ['start']],
      [['approval', 'start', 'cancellation'], 'cancelled', ['completion']],
    ];
    for (const [steps, status, forbidden] of ways) {
      const { planId } = await makeMoved(...steps);
      t.hasStrict((await admin.get(`/v1/plans/${planId}`)).body, { status, version: steps.length + 1 });
      for (const step of forbidden) {
        const call = { method: 'POST' as const, path: `/v1/plans/${planId}/${step}`, body: bodyOf(step), headers: any };
        const { body } = await admin.refused(t, call, { status: 409, code: 'plan-state-forbids' });
        t.equal(body.planStatus, status);
      }
    }
  },
);

t.test(
  'an empty plan is not approved; one with open actions is not completed, and each of them is named',
  async (t) => {
    const planId = await makePlan();
    const path = `/v1/plans/${planId}`;
    await refuse(t, { method: 'POST', path: `${path}/approval`, headers: any }, 422, ['/actions plan-empty']);
    await addAction(planId, finished);
    await addAction(planId, { status: 'dropped' });
    const open = [await addAction(planId), await addAction(planId, { criterionNo: 18, status: 'in-progress' })];
    await made(post(reviewer, `${path}/approval`));
    await made(post(admin, `${path}/start`));
    const faults = open.map((actionId) => `/actions/${actionId} action-open`);
    await refuse(t, { method: 'POST', path: `${path}/completion`, headers: any }, 422, faults);
  },
);

t.test('a plan is cancelled with a reason, which it keeps', async (t) => {
  const path = `/v1/plans/${await makePlan()}`;
  const cancel = (body?: object): Call => ({ method: 'POST', path: `${path}/cancellation`, body, headers: any });
  await refuse(t, cancel({}), 400, ['/reason required']);
  await refuse(t, cancel({ reason: '  ' }), 400, ['/reason blank']);
  t.equal((await admin.send(cancel())).status, 400);
  const reason = 'กลุ่มยุบรวมกับกลุ่มอื่น';
  t.hasStrict(await made(post(admin, `${path}/cancellation`, { reason })), { cancellationReason: reason });
});

t.test('what is completed or cancelled is not changed; what was approved is not deleted', async (t) => {
  const forbids = { status: 409, code: 'plan-state-forbids' };
  for (const steps of [['approval'], ['approval', 'start'], ['approval', 'start', 'completion'], ['cancellation']]) {
    const { planId, actionId } = await makeMoved(...steps);
    const path = `/v1/plans/${planId}`;
    await admin.refused(t, { method: 'DELETE', path, headers: any }, forbids);
    await admin.refused(t, { method: 'DELETE', path: `${path}/actions/${actionId}`, headers: any }, forbids);
    const writes: Call[] = [
      { method: 'PUT', path, body: { title: 'ชื่อใหม่' }, headers: any },
      { method: 'POST', path: `${path}/actions`, body: action },
      { method: 'PUT', path: `${path}/actions/${actionId}`, body: { ...action, title: 'ชื่อใหม่' }, headers: any },
    ];
    const isOpen = !['completion', 'cancellation'].includes(steps.at(-1) ?? '');
    for (const call of writes) {
      if (isOpen) await made(admin.send(call));
      else await admin.refused(t, call, forbids);
    }
  }
});

t.test('plans and actions are changed, moved and deleted under If-Match', async (t) => {
  const planId = await makePlan();
  const path = `/v1/plans/${planId}`;
  const actionPath = `${path}/actions/${await addAction(planId)}`;
  await made(admin.put(path, { title: 'ชื่อที่สอง' }, { 'if-match': '"1"' }));
  await made(admin.put(actionPath, { ...action, title: 'งานที่สอง' }, { 'if-match': '"1"' }));
  const calls: Call[] = [
    { method: 'PUT', path, body: { title: 'ชื่อที่สาม' } },
    { method: 'DELETE', path },
    ...moves.map((step): Call => ({ method: 'POST', path: `${path}/${step}`, body: bodyOf(step) })),
    { method: 'PUT', path: actionPath, body: { ...action, title: 'งานที่สาม' } },
    { method: 'DELETE', path: actionPath },
  ];
  for (const call of calls) {
    await admin.refused(t, call, { status: 428, code: 'version-required' });
    const stale = { ...call, headers: { 'if-match': '"1"' } };
    const { body } = await admin.refused(t, stale, { status: 412, code: 'version-stale' });
    t.equal(body.currentVersion, 2);
  }
});

t.test("another district's officer neither sees nor writes a plan, its actions or anything of it", async (t) => {
  const planId = await makePlan(ofDistrict);
  const group = await makePlan();
  await addAction(group, { budgetBaht: 500 });
  const actionId = await addAction(planId, { budgetBaht: 700 });
  const officer = await client({ areaCode: '4001' });
  const own = await client({ areaCode: '4010' });
  const path = `/v1/plans/${planId}`;
  const hidden = ['', '/actions', `/actions/${actionId}`, `/effect?with=${roundId}`].map((end) => `${path}${end}`);
  for (const address of hidden) {
    t.strictSame((await officer.get(address)).body.code, 'plan-not-found', address);
    t.equal((await own.get(address)).status, 200, `${address} is there for its own officer`);
  }
  t.strictSame((await officer.get('/v1/plans')).body.items, []);
  t.ok((await own.get('/v1/plans')).body.items.length > 1);
  const coverage = `/v1/rounds/${roundId}/plan-coverage`;
  t.strictSame((await officer.get(coverage)).body, { roundId, areaCode: '4001', criteria: [], budget: [] });
  t.strictSame((await officer.get(`${coverage}/groups?criterion=2`)).body.items, []);
  t.equal((await own.get(`${coverage}/groups?criterion=2`)).body.items.length, 1);
  const outside = { method: 'GET' as const, path: `${coverage}?area=4010` };
  await officer.refused(t, outside, { status: 404, code: 'area-not-found' });
  const changes: Call[] = [
    { method: 'PUT', path, body: { title: 'ของเรา' }, headers: any },
    { method: 'DELETE', path, headers: any },
    ...moves.map((step): Call => ({ method: 'POST', path: `${path}/${step}`, body: bodyOf(step), headers: any })),
    { method: 'POST', path: `${path}/actions`, body: action },
    { method: 'PUT', path: `${path}/actions/${actionId}`, body: action, headers: any },
    { method: 'DELETE', path: `${path}/actions/${actionId}`, headers: any },
  ];
  for (const call of changes) await officer.refused(t, call, { status: 404, code: 'plan-not-found' });
  const outsideYours: Call[] = [
    { method: 'POST', path: '/v1/plans', body: { roundId, title: 'แผน', ...ofDistrict } },
    { method: 'POST', path: '/v1/plans', body: { roundId, title: 'แผน', tier: 'province', areaCode: '40' } },
    { method: 'POST', path: '/v1/plans/drafting', body: { roundId, ...ofDistrict } },
  ];
  for (const call of outsideYours) await officer.refused(t, call, { status: 403, code: 'area-outside-yours' });
  const ofHidden: Call[] = [
    { method: 'POST', path: '/v1/plans', body: { roundId, title: 'แผน', ...ofGroup } },
    { method: 'POST', path: '/v1/plans/drafting', body: { roundId, ...ofGroup } },
  ];
  const noGroup = { status: 422, code: 'rules-broken', pointers: ['/groupId'] };
  for (const call of ofHidden) await officer.refused(t, call, noGroup);
});

t.test('every write leaves its row of change, with the record before and after', async (t) => {
  let planId = '';
  let actionId = '';
  const changes = await changesDuring(database, async () => {
    planId = await makePlan();
    actionId = await addAction(planId);
    const path = `/v1/plans/${planId}`;
    await made(admin.put(path, { title: 'ชื่อใหม่' }, any));
    await made(admin.put(`${path}/actions/${actionId}`, { ...action, ...finished }, any));
    for (const step of ['approval', 'start', 'completion']) await made(post(reviewer, `${path}/${step}`));
    const other = await makePlan();
    await admin.delete(`/v1/plans/${other}/actions/${await addAction(other)}`, any);
    await admin.delete(`/v1/plans/${other}`, any);
    await made(post(admin, `/v1/plans/${await makePlan()}/cancellation`, { reason: 'ซ้ำ' }));
  });
  const moved = (from: string, to: string) => ({ before: { status: from }, after: { status: to } });
  t.hasStrict(changes, [
    { action: 'plan.begun', resource: 'plan', resourceId: planId, areaCode: '401001', before: null },
    { action: 'plan-action.added', resource: 'plan-action', resourceId: `${planId}/${actionId}`, before: null },
    { action: 'plan.changed', before: { title: 'แผนทดสอบ' }, after: { title: 'ชื่อใหม่' } },
    { action: 'plan-action.changed', ...moved('planned', 'done') },
    { action: 'plan.approval', ...moved('draft', 'approved') },
    { action: 'plan.start', ...moved('approved', 'in-progress') },
    { action: 'plan.completion', ...moved('in-progress', 'completed') },
    { action: 'plan.begun' },
    { action: 'plan-action.added' },
    { action: 'plan-action.deleted', after: null },
    { action: 'plan.deleted', after: null },
    { action: 'plan.begun' },
    { action: 'plan.cancellation', reason: 'ซ้ำ', ...moved('draft', 'cancelled') },
  ]);
  t.equal(changes.length, 13);
});
