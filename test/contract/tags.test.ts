/** An ETag covers all that is shown with it: whatever changes anywhere, an answer that differs has another tag. */
import fc from 'fast-check';
import t from 'tap';
import { startTestApp } from '../support/app.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  scoresFrom,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { admin, app, client } = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const reviewer = await client();
const any = { 'if-match': '*' };
const [failing, passing] = ['1'.repeat(19), '3'.repeat(19)];

const group = await makeGroup(admin);
const { teamId } = await makeTeam(admin);
const { roundId } = await makeRound(admin);
const sheet = sheetPath(roundId, group.groupId);
const target = `/v1/rounds/${roundId}/targets/${group.groupId}`;
const figures = `/v1/groups/${group.groupId}/figures/2012-03-31`;
await setTarget(admin, roundId, group.groupId);
await made(admin.put(figures, { memberCount: 1, savingsBaht: 0.5 }));
await assess(admin, roundId, group.groupId, failing);
const place = { roundId, tier: 'group', groupId: group.groupId };
const plan = (await made(admin.post('/v1/plans/drafting', place))).plan;
const [action] = (await admin.get(`/v1/plans/${plan.planId}/actions`)).body.items;
const webhook = await made(admin.post('/v1/webhooks', { url: 'http://127.0.0.1:9/', areaCode: null }));
const signOut = await made(
  admin.post('/v1/sign-outs', { personId: crypto.randomUUID(), areaCode: null, reason: 'แท็บเล็ตหาย' }),
);
const key = (await admin.get('/v1/api-keys')).body.items[0];

/** One record of every operation that gives a tag. */
const read: Record<string, string> = {
  getArea: '/v1/areas/401001',
  getInstrument: '/v1/instruments/fhc@1',
  getApiKey: `/v1/api-keys/${key.apiKeyId}`,
  getSignOut: `/v1/sign-outs/${signOut.signOutId}`,
  getWebhook: `/v1/webhooks/${webhook.webhookId}`,
  getGroup: `/v1/groups/${group.groupId}`,
  getFigures: figures,
  getTeam: `/v1/teams/${teamId}`,
  getRound: `/v1/rounds/${roundId}`,
  getTarget: target,
  getAssessment: sheet,
  getScore: `${sheet}/scores/2`,
  getPlan: `/v1/plans/${plan.planId}`,
  getPlanAction: `/v1/plans/${plan.planId}/actions/${action.actionId}`,
  getRoundStatistics: `/v1/rounds/${roundId}/statistics?by=team`,
};

const registered = { registrationNo: group.registrationNo, name: group.name, areaCode: '401001' };
const put = (path: string, body: object) => () => admin.put(path, body, any);
const roundNow = async () => {
  const { fiscalYearBe, roundNo, areaCode, title, instrument, startsOn, endsOn, targetSelection, targetPopulation } = (
    await admin.get(`/v1/rounds/${roundId}`)
  ).body;
  return { fiscalYearBe, roundNo, areaCode, title, instrument, startsOn, endsOn, targetSelection, targetPopulation };
};

let counted = 0;

/** The sheet as a draft of a target, whatever became of them. */
async function beDraft(): Promise<void> {
  await reviewer.post(`${sheet}/return`, { reason: 'ตรวจใหม่' }, any);
  await admin.put(target, { teamId: null });
  if ((await admin.get(sheet)).status === 404) await made(admin.put(sheet, sheetFrom(failing)));
}

/** Changes of every kind of record. One that the state of things refuses changes nothing, which is a case as well. */
const changes: Record<string, () => Promise<unknown>> = {
  rename: put(read.getGroup as string, { ...registered, name: 'กลุ่มชื่อใหม่' }),
  'rename back': put(read.getGroup as string, registered),
  renumber: put(read.getGroup as string, { ...registered, registrationNo: 'NEW-1' }),
  'move the group': put(read.getGroup as string, { ...registered, areaCode: '401002' }),
  'other figures': put(figures, { memberCount: 2, savingsBaht: 7 }),
  'figures made anew': async () => {
    counted += 1;
    await admin.delete(figures, any);
    await admin.put(figures, { memberCount: counted, savingsBaht: 1 });
  },
  'another team name': put(`/v1/teams/${teamId}`, { name: 'ทีมใหม่', tier: 'province', areaCode: '40', members: [] }),
  'another member': put(`/v1/teams/${teamId}`, {
    name: 'ทีมทดสอบ',
    tier: 'province',
    areaCode: '40',
    members: [{ name: 'ก', organization: 'cdd' }],
  }),
  'a team for the target': put(target, { teamId }),
  'no team for the target': put(target, { teamId: null }),
  'another title': async () => admin.put(`/v1/rounds/${roundId}`, { ...(await roundNow()), title: 'รอบใหม่' }, any),
  'return it': () => reviewer.post(`${sheet}/return`, { reason: 'ตรวจใหม่' }, any),
  'confirm it': () => reviewer.post(`${sheet}/confirmation`, undefined, any),
  'submit it': () => admin.post(`${sheet}/submission`, undefined, any),
  'pass all': put(sheet, sheetFrom(passing, { teamId })),
  'fail all': put(sheet, sheetFrom(failing)),
  'one score': () => admin.put(`${sheet}/scores/2`, { level: 2, reason: 'ปรับแล้ว' }),
  'sheet made anew': async () => {
    await admin.delete(sheet, any);
    await admin.put(sheet, sheetFrom(passing, { scores: scoresFrom('2'.repeat(19)) }));
  },
  'sheet and target made anew': async () => {
    await admin.delete(sheet, any);
    await admin.delete(target, any);
    await admin.put(target, { teamId });
  },
  'another plan title': put(read.getPlan as string, { title: 'แผนใหม่' }),
  'another action': put(read.getPlanAction as string, { criterionNo: 2, title: 'กิจกรรมใหม่', kind: 'training' }),
  'close and reopen': async () => {
    await moveRound(admin, roundId, 'closing');
    await moveRound(admin, roundId, 'reopening', { reason: 'ยังไม่ครบ' });
  },
};

t.test('every operation that gives a tag is looked at here', async (t) => {
  // Open data is of published rounds, in which nothing changes; open-data.test looks at its tags.
  const giving = app.operations.filter(
    ({ method, versioning, shared }) => method === 'GET' && versioning === 'gives' && shared === undefined,
  );
  t.strictSame(Object.keys(read).sort(), giving.map(({ operationId }) => operationId).sort());
});

t.test('whatever changes anywhere, each GET has a new tag or the same bytes', async (t) => {
  /** The bytes that came with each tag of each path, over the whole test: a tag never comes back with others. */
  const seen = new Map<string, string>();
  const look = async () => {
    const tags: Record<string, unknown> = {};
    for (const [name, path] of Object.entries(read)) {
      const { status, headers, bytes } = await admin.get(path);
      if (status !== 200) continue;
      const tag = `${name} ${headers.etag}`;
      // A weak tag stands for the same figures, which may have been counted at another time.
      const text = bytes.toString();
      const shown = tag.includes('W/') ? text.replace(/"asOf":"[^"]*"/, '') : text;
      t.equal(shown, seen.get(tag) ?? shown, `${tag} still stands for the same`);
      seen.set(tag, shown);
      tags[name] = headers.etag;
    }
    return tags;
  };
  const some = fc.shuffledSubarray(Object.keys(changes), { minLength: 5, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(some, async (names) => {
      await beDraft();
      for (const name of names) {
        await changes[name]?.();
        const tags = await look();
        t.strictSame(await look(), tags, `${name}: without a change the tags stay`);
      }
    }),
    { numRuns: 10 },
  );
  t.ok(seen.size > 2 * Object.keys(read).length, `${seen.size} tags were seen`);
});

t.test('304 is answered to the tag of an answer, strong or weak, and to no other', async (t) => {
  await beDraft();
  for (const path of Object.values(read)) {
    const { status, headers } = await admin.get(path);
    t.equal(status, 200, path);
    const etag = String(headers.etag).replace(/^W\//, '');
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
      t.equal((await admin.get(path, { 'if-none-match': tag })).status, 304, `${path} ${tag}`);
    }
    for (const tag of [`"1${etag.slice(1)}`, `${etag.slice(0, -1)}x"`, '"1"']) {
      t.equal((await admin.get(path, { 'if-none-match': tag })).status, 200, `${path} ${tag}`);
    }
  }
});

t.test(
  'a strong tag stands for the same bytes, packed or not, and a weak one changes the record as well',
  async (t) => {
    await beDraft();
    let packed = 0;
    for (const path of Object.values(read)) {
      const bytesOf = new Map<string, string>();
      for (const encoding of ['identity', 'gzip']) {
        const headers = { 'accept-encoding': encoding };
        const answer = await admin.get(path, headers);
        const tag = String(answer.headers.etag);
        const bytes = answer.bytes.toString('base64');
        if (tag.startsWith('"')) t.equal(bytesOf.get(tag) ?? bytes, bytes, `${path} ${encoding} ${tag}`);
        bytesOf.set(tag, bytes);
        if ('content-encoding' in answer.headers) packed += 1;
        const head = await admin.send({ method: 'HEAD', path, headers });
        t.equal(head.headers.etag, tag, `${path} ${encoding}: HEAD gives the tag of GET`);
        const again = await admin.get(path, { ...headers, 'if-none-match': tag });
        t.strictSame(
          [again.status, again.headers.etag],
          [304, tag],
          `${path} ${encoding}: the tag that the caller has`,
        );
      }
    }
    t.ok(packed >= 3, `${packed} answers were packed`);
    const { headers } = await admin.get(sheet, { 'accept-encoding': 'gzip' });
    t.match(headers.etag, /^W\/"/);
    t.equal((await admin.put(sheet, sheetFrom(passing), { 'if-match': String(headers.etag) })).status, 200);
  },
);

t.test('the tag of a write is that of the record as it is read next', async (t) => {
  await beDraft();
  const writes: [string, object][] = [
    [target, { teamId }],
    [target, { teamId: null }],
    [sheet, sheetFrom(failing, { teamId })],
    [figures, { memberCount: 3, savingsBaht: 3.25 }],
    [`/v1/groups/${group.groupId}`, { ...registered, villageName: 'บ้านใหม่' }],
    [`/v1/teams/${teamId}`, { name: 'ทีม', tier: 'province', areaCode: '40', members: [] }],
    [`/v1/plans/${plan.planId}`, { title: 'แผน' }],
    [`/v1/rounds/${roundId}`, { ...(await roundNow()), title: 'รอบ' }],
  ];
  for (const [path, body] of writes) {
    const { status, headers } = await admin.put(path, body, any);
    t.equal(status, 200, path);
    t.equal((await admin.get(path)).headers.etag, headers.etag, path);
  }
});

t.test('If-Match looks at the version: a tag goes on holding when only the name of the group changed', async (t) => {
  await beDraft();
  const { headers, body } = await admin.get(sheet);
  await admin.put(`/v1/groups/${group.groupId}`, { ...registered, name: 'กลุ่มอีกชื่อ' }, any);
  const saved = await admin.put(sheet, sheetFrom(passing), { 'if-match': String(headers.etag) });
  t.strictSame([saved.status, saved.body.version], [200, body.version + 1]);
  const stale = { method: 'PUT', path: sheet, body: sheetFrom(failing) } as const;
  await admin.refused(
    t,
    { ...stale, headers: { 'if-match': String(headers.etag) } },
    { status: 412, code: 'version-stale' },
  );
  t.equal((await admin.put(sheet, sheetFrom(failing), { 'if-match': `"${saved.body.version}"` })).status, 200);
});
