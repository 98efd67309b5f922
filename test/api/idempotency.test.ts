/** `Idempotency-Key`: what is sent twice happens once, and is answered as the first time, byte for byte. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { onlyRow, rowsOf } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { forgetOldAnswers } from '../../src/resources/kept-answers/kept-answers.actions.js';
import { startTestApp } from '../support/app.js';
import { connectBeside } from '../support/beside.js';
import type { Answer, Call } from '../support/client.js';
import { stateOf } from '../support/state.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  roundContent,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { app, admin, client, database } = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const { db } = database;

const withKey = (call: Call, key: string): Call => ({ ...call, headers: { ...call.headers, 'idempotency-key': key } });
const told = ({ status, headers, bytes }: Answer) => ({
  status,
  etag: headers.etag,
  location: headers.location,
  type: headers['content-type'],
  text: bytes.toString(),
});

const any = { 'if-match': '*' };
const post = (path: string, body?: unknown): Call => ({ method: 'POST', path, body, headers: any });
const file = (path: string, type: string, payload: string): Call => ({
  method: 'POST',
  path,
  payload,
  headers: { 'content-type': type },
});

t.test('every POST: the second time nothing happens, and the answer is the first one', async (t) => {
  const group = await makeGroup(admin);
  const team = await makeTeam(admin);
  const round = await makeRound(admin, {}, 'draft');
  const instrument = (await admin.get('/v1/instruments/fhc@1')).body;
  const { instrument: _name, version: _version, createdAt: _createdAt, ...content } = instrument;
  const plan = (path: string) => async () => {
    const { planId } = (await admin.get('/v1/plans')).body.items[0];
    return `/v1/plans/${planId}${path}`;
  };
  const webhook = (path: string, body?: unknown) => async () => {
    const { webhookId } = (await admin.get('/v1/webhooks')).body.items[0];
    return post(`/v1/webhooks/${webhookId}${path}`, body);
  };
  const roundPath = `/v1/rounds/${round.roundId}`;
  const sheet = sheetPath(round.roundId, group.groupId);
  const calls: [string, () => Promise<Call>][] = [
    ['createWebhook', async () => post('/v1/webhooks', { url: 'http://127.0.0.1:9/', areaCode: null })],
    ['rotateWebhookSecret', webhook('/secret-rotation', {})],
    ['replayWebhook', webhook('/replay', { from: 1 })],
    ['activateWebhook', webhook('/activation')],
    [
      'createSignOut',
      async () => post('/v1/sign-outs', { personId: crypto.randomUUID(), areaCode: null, reason: 'แท็บเล็ตหาย' }),
    ],
    ['createInstrument', async () => post('/v1/instruments', { ...content, instrumentVersion: 7 })],
    [
      'createApiKey',
      async () => post('/v1/api-keys', { name: 'Twice', permissions: ['read'], areaCode: null, expiresAt: null }),
    ],
    [
      'rotateApiKey',
      async () => {
        const { items } = (await admin.get('/v1/api-keys')).body;
        return post(`/v1/api-keys/${items.at(-1).apiKeyId}/secret-rotation`, { overlapHours: 24 });
      },
    ],
    ['createGroup', async () => post('/v1/groups', { registrationNo: 'ONCE-1', name: 'กลุ่ม', areaCode: '4001' })],
    [
      'importGroups',
      async () => file('/v1/groups/rows', 'text/csv', 'registrationNo,name,areaCode\nONCE-2,กลุ่ม,4001\n'),
    ],
    [
      'importFigures',
      async () =>
        file(
          '/v1/figures/rows',
          'application/x-ndjson',
          '{"registrationNo":"ONCE-2","asOf":"2012-03-31","memberCount":5,"savingsBaht":10}\n',
        ),
    ],
    ['createTeam', async () => post('/v1/teams', { name: 'ทีม', tier: 'province', areaCode: '40', members: [] })],
    ['createRound', async () => post('/v1/rounds', { ...roundContent, roundNo: 2 })],
    ['openRound', async () => post(`${roundPath}/opening`)],
    [
      'importTargets',
      async () =>
        file(
          `${roundPath}/targets/rows`,
          'application/x-ndjson',
          `{"groupId":"${group.groupId}","teamId":"${team.teamId}"}\n`,
        ),
    ],
    [
      'importAssessments',
      async () =>
        file(
          `${roundPath}/assessments/rows`,
          'application/x-ndjson',
          `${JSON.stringify({ groupId: group.groupId, ...sheetFrom('3'.repeat(19)) })}\n`,
        ),
    ],
    [
      'submitAssessment',
      async () => {
        await made(admin.put(sheet, sheetFrom(`${'3'.repeat(18)}1`), any));
        return post(`${sheet}/submission`);
      },
    ],
    ['confirmAssessment', async () => post(`${sheet}/confirmation`)],
    ['returnAssessment', async () => post(`${sheet}/return`, { reason: 'ตรวจใหม่' })],
    [
      'createPlan',
      async () => {
        await made(admin.post(`${sheet}/submission`, undefined, any));
        return post('/v1/plans', {
          roundId: round.roundId,
          tier: 'group',
          areaCode: null,
          groupId: group.groupId,
          title: 'แผน',
        });
      },
    ],
    [
      'createPlanAction',
      async () =>
        post(await plan('/actions')(), { criterionNo: 19, title: 'กิจกรรม', kind: 'activity', budgetBaht: 100 }),
    ],
    ['approvePlan', async () => post(await plan('/approval')())],
    ['startPlan', async () => post(await plan('/start')())],
    ['cancelPlan', async () => post(await plan('/cancellation')(), { reason: 'เลิก' })],
    [
      'draftPlan',
      async () => post('/v1/plans/drafting', { roundId: round.roundId, tier: 'group', groupId: group.groupId }),
    ],
    ['closeRound', async () => post(`${roundPath}/closing`)],
    ['reopenRound', async () => post(`${roundPath}/reopening`, { reason: 'แก้ไข' })],
    [
      'publishRound',
      async () => {
        await made(admin.post(`${roundPath}/closing`, undefined, any));
        return post(`${roundPath}/publication`);
      },
    ],
    [
      'copyTargets',
      async () => {
        const next = await makeRound(admin, { roundNo: 3 }, 'draft');
        return post(`/v1/rounds/${next.roundId}/targets/copy`, { fromRoundId: round.roundId });
      },
    ],
  ];
  const reviewer = await client();
  const signedOff = new Set(['confirmAssessment', 'returnAssessment', 'approvePlan']);
  for (const [operationId, call] of calls) {
    const request = withKey(await call(), `"${randomUUID()}"`);
    const sender = signedOff.has(operationId) ? reviewer : admin;
    const first = await sender.send(request);
    if (first.status >= 300) t.comment(first.body);
    t.ok(first.status < 300 && first.headers['idempotent-replayed'] === undefined, `${operationId} is done`);
    const before = await stateOf(database);
    const again = await sender.send(request);
    t.strictSame(told(again), told(first), `${operationId} again`);
    t.equal(again.headers['idempotent-replayed'], 'true');
    t.strictSame(await stateOf(database), before, 'and nothing has happened');
  }
  const posts = app.operations.filter(({ method }) => method === 'POST').map(({ operationId }) => operationId);
  const left = posts.filter((operationId) => !calls.some(([one]) => one === operationId));
  // The first is like its neighbours; the others write nothing, or are called by nobody who is known.
  t.strictSame(left.sort(), ['completePlan', 'endSessions', 'previewScoring', 'testWebhook']);
});

t.test('another request under the key is refused, of another caller it is another key', async (t) => {
  const key = `"${randomUUID()}"`;
  const body = { name: 'ทีมหนึ่ง', tier: 'province', areaCode: '40', members: [] };
  const first = await admin.send(withKey(post('/v1/teams', body), key));
  const reordered = withKey(post('/v1/teams', Object.fromEntries(Object.entries(body).reverse())), key);
  t.strictSame(told(await admin.send(reordered)), told(first), 'the order of members makes no other request');
  const reused = { status: 422, code: 'idempotency-key-reused' };
  await admin.refused(t, withKey(post('/v1/teams', { ...body, name: 'ทีมสอง' }), key), reused);
  await admin.refused(
    t,
    withKey(post('/v1/groups', { registrationNo: 'K-1', name: 'ก', areaCode: '4001' }), key),
    reused,
  );
  const other = await client();
  const teams = async () => (await admin.get('/v1/teams?limit=500')).body.items.length;
  const before = await teams();
  t.equal((await other.send(withKey(post('/v1/teams', body), key))).headers['idempotent-replayed'], undefined);
  t.equal(await teams(), before + 1);

  const fileKey = `"${randomUUID()}"`;
  const rows = (name: string) =>
    file('/v1/groups/rows', 'text/csv', `registrationNo,name,areaCode\nFILE-1,${name},4001\n`);
  t.equal((await admin.send(withKey(rows('ก'), fileKey))).body.created, 1);
  await admin.refused(t, withKey(rows('ข'), fileKey), reused);
});

t.test('what is written in the same way is the same key; what is none is refused', async (t) => {
  const id = randomUUID();
  const call = post('/v1/teams', { name: 'ทีม', tier: 'province', areaCode: '40', members: [] });
  const first = await admin.send(withKey(call, `"${id}"`));
  t.strictSame(told(await admin.send(withKey(call, id))), told(first), 'in quotes or bare');
  const malformed = { status: 400, code: 'idempotency-key-malformed' };
  for (const wrong of ['', '""', '"a', 'a"b', 'a b', 'a, b', `"${'x'.repeat(256)}"`, '"ก"'])
    await admin.refused(t, withKey(call, Buffer.from(wrong).toString('latin1')), malformed);
  t.equal((await admin.send(withKey(call, `"${'x'.repeat(255)}"`))).status, 201);
});

t.test('a refusal is not kept: what was in its way is mended, and the same request goes through', async (t) => {
  const group = await makeGroup(admin);
  const round = await makeRound(admin, { roundNo: 9 });
  await setTarget(admin, round.roundId, group.groupId);
  const sheet = await assess(admin, round.roundId, group.groupId, '0'.repeat(19), { submitted: false });
  const path = sheetPath(round.roundId, group.groupId);
  const submission = withKey(post(`${path}/submission`), `"${randomUUID()}"`);
  await admin.refused(t, submission, { status: 422, code: 'sheet-incomplete' });
  await made(admin.put(path, sheetFrom('3'.repeat(19)), { 'if-match': `"${sheet.version}"` }));
  const done = await admin.send(submission);
  t.equal(done.status, 200);
  t.strictSame(told(await admin.send(submission)), told(done), 'what would be 409 by now is the answer of then');
});

t.test('a dry run and what writes nothing take a key, and keep nothing', async (t) => {
  const kept = async () => onlyRow(await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from kept_answers`)).n;
  const before = await kept();
  const rows = file('/v1/groups/rows?dryRun=true', 'text/csv', 'registrationNo,name,areaCode\nDRY-1,ก,4001\n');
  for (let time = 0; time < 2; time += 1) {
    const { body, headers } = await admin.send(withKey(rows, '"dry"'));
    t.strictSame([body.created, headers['idempotent-replayed']], [1, undefined]);
  }
  const refused = file('/v1/groups/rows', 'text/csv', 'registrationNo,name,areaCode\nDRY-1,ก,9999\n');
  await admin.refused(t, withKey(refused, '"abort"'), { status: 422, code: 'import-refused' });
  t.equal(await kept(), before);
});

t.test('while the first is under way the second is told to come again, and is answered then', async (t) => {
  const group = await makeGroup(admin);
  const locker = await connectBeside(t, database);
  const { roundId } = await makeRound(admin, { roundNo: 8 });
  await setTarget(admin, roundId, group.groupId);
  await assess(admin, roundId, group.groupId, '3'.repeat(19), { submitted: false });
  await locker.query(`begin; select from rounds where round_id = '${roundId}' for update`);
  const request = withKey(post(`${sheetPath(roundId, group.groupId)}/submission`), `"${randomUUID()}"`);
  const first = admin.send(request);
  await delay(100);
  const second = await admin.send(request);
  t.strictSame([second.status, second.body.code], [409, 'idempotency-key-in-use']);
  t.ok(Number(second.headers['retry-after']) > 0);
  await locker.query('commit');
  t.equal((await first).status, 200, 'the first waited for its row, gave way and came again');
  t.strictSame(told(await admin.send(request)), told(await first));
});

t.test('on methods that are idempotent by themselves the header means nothing', async (t) => {
  const group = await makeGroup(admin);
  const path = `/v1/groups/${group.groupId}`;
  for (const name of ['หนึ่ง', 'สอง']) {
    const answer = await admin.patch(path, { name }, { ...any, 'idempotency-key': '"same"' });
    t.strictSame([answer.body.name, answer.headers['idempotent-replayed']], [name, undefined]);
  }
});

t.test('many at once with one key make one record', async (t) => {
  const request = withKey(
    post('/v1/teams', { name: 'ทีมเดียว', tier: 'province', areaCode: '40', members: [] }),
    '"one"',
  );
  const answers = await Promise.all(Array.from({ length: 20 }, () => admin.send(request)));
  const final = await admin.send(request);
  for (const answer of answers) if (answer.status !== 409) t.strictSame(told(answer), told(final));
  const named = (await admin.get('/v1/teams?limit=500')).body.items.filter(
    ({ name }: { name: string }) => name === 'ทีมเดียว',
  );
  t.equal(named.length, 1);
});

t.test('a secret that was answered is not to be read in the table', async (t) => {
  const request = withKey(
    post('/v1/api-keys', { name: 'Secret', permissions: ['read'], areaCode: null, expiresAt: null }),
    '"s"',
  );
  const { secret } = (await admin.send(request)).body;
  t.equal((await admin.send(request)).body.secret, secret);
  const rows = await rowsOf<{ all: string }>(
    db,
    sql`select encode(body, 'escape') || headers::text as all from kept_answers`,
  );
  t.ok(rows.length > 0);
  t.notOk(rows.some(({ all }) => all.includes(secret) || all.includes('Secret')));
});

t.test('after its time a key is new, and what is old is removed', async (t) => {
  const request = withKey(post('/v1/teams', { name: 'ทีมเก่า', tier: 'province', areaCode: '40', members: [] }), '"old"');
  const first = await admin.send(request);
  const age = () =>
    inTransaction(db, (tx) => tx.execute(sql`update kept_answers set created_at = created_at - interval '25 hours'`));
  await age();
  const anew = await admin.send(request);
  t.not(anew.body.teamId, first.body.teamId);
  t.equal((await admin.send(request)).body.teamId, anew.body.teamId);
  await age();
  t.equal(await forgetOldAnswers(db, 24).turn(new AbortController().signal), false);
  t.strictSame(await rowsOf(db, sql`select from kept_answers`), []);
});
