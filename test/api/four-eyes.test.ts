/** Four eyes: what one person submitted or wrote, another one returns, confirms or approves. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { startTestApp, type TestApp } from '../support/app.js';
import { countsOf, csv, ndjson, scoreColumns, upload } from '../support/bulk.js';
import type { Answer, Client } from '../support/client.js';
import { startSigningIssuer } from '../support/signing-issuer.js';
import { changesDuring } from '../support/state.js';
import { assess, made, makeGroup, makeRound, moveRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const issuer = await startSigningIssuer(t);
const provider = {
  issuer: issuer.issuer,
  allowHttp: true,
  audience: 'prot',
  roles: [{ claim: 'roles', values: { chief: ['admin'] } }],
  area: [{ claim: 'area', values: { all: 'whole-country' } }],
};
const directory = t.testdir({ 'providers.json': JSON.stringify([provider]) });
const service = await startTestApp(t, { IDENTITY_PROVIDERS: `${directory}/providers.json` });
const { admin, client, database, withSecret } = service;
const any = { 'if-match': '*' };
const failing = `1${'3'.repeat(18)}`;
const same = { status: 409, code: 'same-person' };
const { roundId } = await makeRound(admin);
const [officer, colleague] = [await client({ name: 'เจ้าหน้าที่ ก' }), await client({ name: 'เจ้าหน้าที่ ข' })];

/** A target of the round without a sheet, and the path of its sheet. */
async function makeTarget(): Promise<{ groupId: string; path: string }> {
  const { groupId } = await makeGroup(admin);
  await setTarget(admin, roundId, groupId);
  return { groupId, path: sheetPath(roundId, groupId) };
}

/** A sheet that this caller wrote and submitted. */
async function submittedBy(who: Client): Promise<string> {
  const { groupId, path } = await makeTarget();
  await assess(who, roundId, groupId, failing);
  return path;
}

const returning = (path: string, headers: object = {}) => {
  return {
    method: 'POST',
    path: `${path}/return`,
    body: { reason: 'ตรวจใหม่' },
    headers: { ...any, ...headers },
  } as const;
};
const confirming = (path: string, headers: object = {}) => {
  return { method: 'POST', path: `${path}/confirmation`, headers: { ...any, ...headers } } as const;
};
const approving = (planId: string, headers: object = {}) => {
  return { method: 'POST', path: `/v1/plans/${planId}/approval`, headers: { ...any, ...headers } } as const;
};

/** What a caller may do about a sheet that was submitted: nothing, or both. */
async function mayNotSign(t: Test, who: Client, path: string, headers: object = {}): Promise<Answer> {
  await who.refused(t, confirming(path, headers), same);
  return who.refused(t, returning(path, headers), same);
}

async function maySign(t: Test, who: Client, path: string, headers: object = {}): Promise<void> {
  const confirmed = await who.send(confirming(path, headers));
  t.equal(confirmed.status, 200, 'confirms');
  const returned = await who.send(returning(path, headers));
  t.strictSame([returned.status, returned.body.confirmation], [200, null], 'returns, which takes the confirmation off');
}

t.test('two people: who submitted a sheet neither returns nor confirms it, the other one does both', async (t) => {
  const path = await submittedBy(officer);
  const { submittedAt } = (await admin.get(path)).body;
  const { body } = await mayNotSign(t, officer, path);
  t.hasStrict(body, { status: 409, actedAs: 'submitted', actedAt: submittedAt, errors: [] });
  t.notMatch(JSON.stringify(body), 'เจ้าหน้าที่', 'nobody is named');
  const inThai = await officer.send(returning(path, { 'accept-language': 'th' }));
  t.match(inThai.body.detail, /^ท่านเป็นผู้ส่งแบบประเมินนี้เองเมื่อ /);
  await maySign(t, colleague, path);
});

t.test(
  'who wrote the scores of a sheet that somebody else submitted may sign it off; the submitter may not',
  async (t) => {
    const { groupId, path } = await makeTarget();
    await assess(officer, roundId, groupId, failing, { submitted: false });
    await made(colleague.post(`${path}/submission`, undefined, any));
    await mayNotSign(t, colleague, path);
    await maySign(t, officer, path);
    // It is the latest submission that counts.
    await made(officer.post(`${path}/submission`, undefined, any));
    await mayNotSign(t, officer, path);
    await maySign(t, colleague, path);
  },
);

t.test('one person behind two keys is one, and another person is another', async (t) => {
  const personId = randomUUID();
  const [first, second] = [await client({ personId }), await client({ personId: personId.toUpperCase() })];
  const path = await submittedBy(first);
  await mayNotSign(t, second, path);
  // A system names the officer by the same id, in whatever letters.
  const system = await client({ actsOnBehalf: true });
  await mayNotSign(t, system, path, { 'on-behalf-of': personId.toUpperCase() });
  await maySign(t, await client({ personId: randomUUID() }), path);
});

t.test(
  'who signs in is one with the keys that the person holds and with the officer whom a system names so',
  async (t) => {
    const signIn = async (sub: string) => {
      const claims = { sub, aud: 'prot', client_id: 'office-app', jti: randomUUID(), roles: ['chief'], area: 'all' };
      return withSecret(await issuer.sign(claims, { typ: 'at+jwt' }));
    };
    const malee = await signIn('malee');
    const { personId } = (await malee.get('/v1/me')).body;
    const path = await submittedBy(malee);
    await mayNotSign(t, await signIn('malee'), path);
    await mayNotSign(t, await client({ personId }), path);
    await mayNotSign(t, await client({ actsOnBehalf: true }), path, { 'on-behalf-of': personId });
    await maySign(t, await signIn('somchai'), path);
  },
);

t.test('a system: two officers are two, one officer is one, and who is not named may be any of them', async (t) => {
  const system = await client({ actsOnBehalf: true, personId: randomUUID() });
  const [one, other] = [{ 'on-behalf-of': 'officer-1' }, { 'on-behalf-of': 'officer-2' }];
  const submittedFor = async (headers: object) => {
    const { groupId, path } = await makeTarget();
    await assess(system, roundId, groupId, failing, { submitted: false });
    await made(system.post(`${path}/submission`, undefined, { ...any, ...headers }));
    return path;
  };
  const path = await submittedFor(one);
  await mayNotSign(t, system, path, one);
  await mayNotSign(t, system, path);
  await mayNotSign(t, await client({ actsOnBehalf: true }), path, one);
  await maySign(t, system, path, other);
  await mayNotSign(t, system, await submittedFor({}), other);
});

t.test(
  'sheets that came submitted in a file: who sent it signs nothing of it, not even after the same file again',
  async (t) => {
    const { groupId, path } = await makeTarget();
    const row = { groupId, ...sheetFrom(failing), status: 'submitted' };
    const rows = `/v1/rounds/${roundId}/assessments/rows`;
    await made(officer.put(path, sheetFrom('3')));
    t.hasStrict(
      countsOf(await upload(colleague, rows, ndjson([row]))),
      { updated: 1 },
      'a draft becomes a submitted one',
    );
    await mayNotSign(t, colleague, path);
    t.hasStrict(
      countsOf(await upload(officer, rows, ndjson([row]))),
      { unchanged: 1 },
      'which makes nobody a submitter',
    );
    await mayNotSign(t, colleague, path);
    await maySign(t, officer, path);

    const fresh = await makeTarget();
    const restored = (await admin.get(await submittedBy(officer))).body;
    const line = { ...restored, groupId: fresh.groupId, registrationNo: undefined, groupName: undefined };
    t.hasStrict(countsOf(await upload(colleague, `${rows}?restore=true`, ndjson([line]))), { created: 1 });
    await mayNotSign(t, colleague, fresh.path);
    await maySign(t, officer, fresh.path);
  },
);

t.test('a submission of before the service knew people is of its key', async (t) => {
  const personId = randomUUID();
  const key = await client({ personId });
  const path = await submittedBy(key);
  // What the version before kept: no details.
  await database.db.execute(sql`update changes set details = null where action = 'assessment.submitted'`);
  await mayNotSign(t, key, path);
  await maySign(t, await client({ personId }), path);
});

t.test('a refusal is not kept under an Idempotency-Key, and an answer is given again', async (t) => {
  const path = await submittedBy(officer);
  const key = { 'idempotency-key': `"${randomUUID()}"` };
  await officer.refused(t, confirming(path, key), same);
  await officer.refused(t, confirming(path, key), same);
  const first = await colleague.send(confirming(path, key));
  const again = await colleague.send(confirming(path, key));
  t.strictSame([first.status, again.status], [200, 200]);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.strictSame(again.bytes, first.bytes);
  await officer.refused(t, confirming(path, key), { status: 409, code: 'assessment-confirmed' });
});

/** A plan that this caller begun, for a group that failed a criterion. */
async function planOf(who: Client, headers: object = {}): Promise<{ planId: string; groupId: string }> {
  const { groupId } = await makeTarget();
  await assess(admin, roundId, groupId, failing);
  const body = { roundId, tier: 'group', groupId, title: 'แผน' };
  const { planId } = await made(who.post('/v1/plans', body, { ...headers }));
  return { planId, groupId };
}

const action = { criterionNo: 1, title: 'อบรม' };

t.test('a plan is approved by somebody who wrote nothing of it', async (t) => {
  const ways: [string, (planId: string) => Promise<unknown>][] = [
    ['changes the title', (planId) => made(colleague.patch(`/v1/plans/${planId}`, { title: 'แผนใหม่' }, any))],
    ['replaces it', (planId) => made(colleague.put(`/v1/plans/${planId}`, { title: 'แผนใหม่' }, any))],
    ['adds an action', (planId) => made(colleague.post(`/v1/plans/${planId}/actions`, action))],
    [
      'drafts the rest',
      async (planId) => {
        const { groupId } = (await admin.get(`/v1/plans/${planId}`)).body;
        await made(colleague.post('/v1/plans/drafting', { roundId, tier: 'group', groupId }));
      },
    ],
    [
      'changes an action',
      async (planId) => {
        const { actionId } = await made(officer.post(`/v1/plans/${planId}/actions`, action));
        await made(colleague.patch(`/v1/plans/${planId}/actions/${actionId}`, { budgetBaht: 100 }, any));
      },
    ],
    [
      'deletes an action',
      async (planId) => {
        const { actionId } = await made(officer.post(`/v1/plans/${planId}/actions`, { ...action, title: 'สอง' }));
        t.equal((await colleague.delete(`/v1/plans/${planId}/actions/${actionId}`, any)).status, 204);
      },
    ],
  ];
  for (const [what, way] of ways) {
    const { planId } = await planOf(officer);
    await way(planId);
    await made(officer.post(`/v1/plans/${planId}/actions`, { ...action, title: 'ของผู้เริ่ม' }));
    for (const writer of [officer, colleague]) {
      const { body } = await writer.refused(t, approving(planId), same);
      t.match(body, { actedAs: 'wrote', actedAt: /^20/ }, what);
    }
    t.equal((await admin.send(approving(planId))).body.status, 'approved', what);
  }
});

t.test('what touches no plan makes no writer: a PUT of what is there, and a plan of the same group', async (t) => {
  const { planId, groupId } = await planOf(officer);
  await made(officer.post(`/v1/plans/${planId}/actions`, action));
  await made(colleague.put(`/v1/plans/${planId}`, { title: 'แผน' }));
  const other = await made(colleague.post('/v1/plans', { roundId, tier: 'group', groupId, title: 'อีกแผน' }));
  await made(colleague.post(`/v1/plans/${other.planId}/actions`, action));
  t.equal((await colleague.send(approving(planId))).body.status, 'approved');
  await made(officer.post(`/v1/plans/${planId}/start`, undefined, any));
  const district = await made(
    officer.post('/v1/plans', { roundId, tier: 'district', areaCode: '4010', title: 'แผนอำเภอ' }),
  );
  await made(colleague.post(`/v1/plans/${district.planId}/actions`, action));
  for (const writer of [officer, colleague]) await writer.refused(t, approving(district.planId), same);
  t.equal((await admin.send(approving(district.planId))).body.status, 'approved');
});

t.test('a plan of one person with two keys, and of the officers of a system', async (t) => {
  const personId = randomUUID();
  const [first, second] = [await client({ personId }), await client({ personId })];
  const { planId } = await planOf(first);
  await made(first.post(`/v1/plans/${planId}/actions`, action));
  await second.refused(t, approving(planId), same);
  t.equal((await colleague.send(approving(planId))).status, 200);

  const system = await client({ actsOnBehalf: true });
  const [one, other] = [{ 'on-behalf-of': 'officer-1' }, { 'on-behalf-of': 'officer-2' }];
  const plan = await planOf(system, one);
  await made(system.post(`/v1/plans/${plan.planId}/actions`, action, one));
  await system.refused(t, approving(plan.planId, one), same);
  await system.refused(t, approving(plan.planId), same);
  t.equal((await system.send(approving(plan.planId, other))).status, 200);
});

t.test('a confirmation: by whom and when, once, and as long as the round is not published', async (t) => {
  const { roundId } = await makeRound(admin, { roundNo: 2 });
  const paths: string[] = [];
  for (let made = 0; made < 3; made += 1) {
    const { groupId } = await makeGroup(admin);
    await setTarget(admin, roundId, groupId);
    await assess(officer, roundId, groupId, failing, { submitted: made < 2 });
    paths.push(sheetPath(roundId, groupId));
  }
  const [path = '', late = '', draft = ''] = paths;
  await colleague.refused(t, confirming(draft), { status: 409, code: 'assessment-not-submitted' });
  await colleague.refused(t, confirming(path, { 'if-match': '"1"' }), { status: 412, code: 'version-stale' });
  const { 'if-match': _any, ...unversioned } = any;
  await colleague.refused(t, { ...confirming(path), headers: unversioned }, { status: 428, code: 'version-required' });
  const before = (await admin.get(path)).body;
  t.equal(before.confirmation, null);
  const changes = await changesDuring(database, async () => {
    const { body } = await colleague.send(confirming(path, { 'if-match': '"2"' }));
    const { apiKeyId: id } = (await admin.get('/v1/api-keys?limit=500')).body.items.find(
      ({ name }: { name: string }) => name === 'เจ้าหน้าที่ ข',
    );
    const confirmation = { at: body.updatedAt, by: { kind: 'api-key', id, name: 'เจ้าหน้าที่ ข' } };
    t.strictSame(body, { ...before, confirmation, version: 3, updatedAt: body.updatedAt }, 'nothing else differs');
    t.strictSame((await admin.get(path)).body, body);
  });
  t.hasStrict(changes, [{ action: 'assessment.confirmed', before: { confirmation: null } }]);
  await colleague.refused(t, confirming(path), { status: 409, code: 'assessment-confirmed' });

  const listed = async (query: string) => {
    const { items, total } = (await admin.get(`/v1/rounds/${roundId}/assessments?${query}`, { prefer: 'count=exact' }))
      .body;
    return [items.map((sheet: { groupId: string }) => sheetPath(roundId, sheet.groupId)), total];
  };
  t.strictSame(await listed('confirmed=true'), [[path], 1]);
  t.strictSame(await listed('confirmed=false&status=submitted'), [[late], 1]);
  const [unconfirmed, count] = await listed('confirmed=false');
  t.strictSame([[...unconfirmed].sort(), count], [[late, draft].sort(), 2], 'drafts among them');

  await moveRound(admin, roundId, 'closing');
  t.equal((await colleague.send(confirming(late))).status, 200, 'a closed round is still confirmed');
  await moveRound(admin, roundId, 'reopening', { reason: 'ตรวจใหม่' });
  await made(colleague.send(returning(late)));
  await made(officer.post(`${late}/submission`, undefined, any));
  t.equal((await admin.get(late)).body.confirmation, null, 'what is submitted again is confirmed again');
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'publication');
  await colleague.refused(t, confirming(late), { status: 409, code: 'round-state-forbids' });
});

t.test('a restore takes confirmations over, as NDJSON and as CSV, and finds what is wrong with one', async (t) => {
  const by = { kind: 'api-key', id: randomUUID(), name: '=อำเภอเมือง' };
  const confirmation = { at: '2012-04-13T02:00:00.000Z', by };
  const history = { version: 3, createdAt: '2012-04-12T01:00:00.000Z', updatedAt: '2012-04-14T01:00:00.000Z' };
  const path = `/v1/rounds/${roundId}/assessments/rows?restore=true`;
  const lineOf = (groupId: string) => {
    const submitted = { status: 'submitted', submittedAt: '2012-04-12T02:00:00.000Z', areaCode: '401001' };
    return { groupId, ...sheetFrom(failing), ...submitted, confirmation, ...history };
  };
  const cellsOf = (groupId: string) => {
    const { scores: _scores, confirmation: _confirmation, ...plain } = lineOf(groupId);
    const cells = { confirmationAt: confirmation.at, confirmationByKind: by.kind, confirmationById: by.id };
    return { ...plain, ...scoreColumns(failing), ...cells, confirmationByName: `'${by.name}` };
  };
  const [one, two, three] = [await makeTarget(), await makeTarget(), await makeTarget()];
  t.hasStrict(countsOf(await upload(admin, path, ndjson([lineOf(one.groupId)]))), { created: 1 });
  t.hasStrict(countsOf(await upload(admin, path, csv([cellsOf(two.groupId)]), 'csv')), { created: 1 });
  for (const target of [one, two]) t.strictSame((await admin.get(target.path)).body.confirmation, confirmation);

  const [line, cells] = [lineOf(three.groupId), cellsOf(three.groupId)];
  const early = '2012-04-12T01:30:00.000Z';
  const wrong: [object, Record<string, unknown>, string, string][] = [
    [
      { confirmation: { ...confirmation, at: early } },
      { confirmationAt: early },
      'confirmationAt',
      'dates-out-of-order',
    ],
    [{ status: 'draft', submittedAt: null }, { status: 'draft', submittedAt: '' }, 'confirmationAt', 'draft-confirmed'],
    [
      { confirmation: { at: confirmation.at, by: { ...by, kind: 'god' } } },
      { confirmationByKind: 'god' },
      'confirmationByKind',
      'invalid-value',
    ],
    [{ confirmation: { by } }, { confirmationAt: '' }, 'confirmationAt', 'required'],
  ];
  for (const [fields, columns, column, code] of wrong) {
    const { body } = await upload(admin, path, ndjson([{ ...line, ...fields }]));
    t.strictSame([body.status, body.errors[0].code], [422, code], `NDJSON: ${code}`);
    const asCsv = (await upload(admin, path, csv([{ ...cells, ...columns }]), 'csv')).body;
    t.strictSame([asCsv.errors[0].column, asCsv.errors[0].code], [column, code], `CSV: ${code}`);
  }
});

t.test('FOUR_EYES=false: one person may sign off, and the change says that one did', async (t) => {
  const small: TestApp = await startTestApp(t, { FOUR_EYES: 'false' });
  const { groupId } = await makeGroup(small.admin);
  const round = await makeRound(small.admin);
  await setTarget(small.admin, round.roundId, groupId);
  await assess(small.admin, round.roundId, groupId, failing);
  const path = sheetPath(round.roundId, groupId);
  const place = { roundId: round.roundId, tier: 'group', groupId };
  const { plan } = await made(small.admin.post('/v1/plans/drafting', place));
  await made(small.admin.send(confirming(path)));
  await made(small.admin.send(approving(plan.planId)));
  await made(small.admin.send(returning(path)));
  await made(small.admin.post(`${path}/submission`, undefined, any));
  await made((await small.client()).send(confirming(path)));
  const { items } = (await small.admin.get('/v1/changes?limit=500')).body;
  const signed = items.filter(({ action }: { action: string }) => /confirmed|approval|returned/.test(action));
  t.strictSame(
    signed.map(({ action, details }: { action: string; details: unknown }) => [action, details]),
    [
      ['assessment.confirmed', { samePerson: 'submitted' }],
      ['plan.approval', { samePerson: 'wrote' }],
      ['assessment.returned', { samePerson: 'submitted' }],
      ['assessment.confirmed', null],
    ],
  );
});
