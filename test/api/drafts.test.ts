/** Who may not read drafts never meets one: through every operation that reads, in every form, of now and of then. */
import t from 'tap';
import { v7 as uuidv7 } from 'uuid';
import { isForFiles, type Operation } from '../../src/platform/http/operation.js';
import { startTestApp } from '../support/app.js';
import type { Answer, Client } from '../support/client.js';
import { type DraftWorld, makeDraftWorld, secretsOf, secretText } from '../support/draft-world.js';
import { made, makeGroup, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const service = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const { admin, app } = service;
const world = await makeDraftWorld({ admin, reviewer: await service.client() });
const [analyst, reader] = [
  await service.client({ permissions: ['read'], areaCode: '40' }),
  await service.client({ permissions: ['read', 'read:drafts'], areaCode: '40' }),
];
const secrets = secretsOf(world);

interface Reading {
  path: string;
  /** Whether a reader of drafts meets one there: so the case can fail. */
  tells?: boolean;
  /** The same with an id that nobody ever gave, where all of it is hidden. */
  never?: string;
}

const anyId = uuidv7();
const round = (name = '', id = world.openId) => `/v1/rounds/${id}${name}`;
const ofRound = (name: string): Reading[] => [
  { path: round(name) },
  { path: round(name, world.earlierId) },
  { path: round(name, world.draftRoundId), never: round(name, anyId) },
];
const told = (path: string): Reading => ({ path, tells: true });
const hidden = (path: (world: DraftWorld) => string): Reading => ({
  path: path(world),
  tells: true,
  never: path({
    ...world,
    draftRoundId: anyId,
    draft: { planId: anyId, actionId: anyId },
    ofDraftRound: { planId: anyId, actionId: anyId },
  }),
});
const none = (why: string) => ({ none: why });
const open = none('it tells of no sheet, round or plan');
const registry = none('groups, figures, teams and instruments are no drafts');
const keys = none('it takes another permission, and tells of no sheet, round or plan');
const published = none('it tells of published rounds alone, to everybody');
const sheet = (groupId: string) => sheetPath(world.openId, groupId);
const sheetOf = (name: string): Reading[] => [
  { path: `${sheet(world.submittedId)}${name}` },
  { path: `${sheet(world.begunId)}${name}`, tells: true, never: `${sheet(anyId)}${name}` },
  { path: `${sheet(world.returnedId)}${name}`, tells: name === '', never: `${sheet(anyId)}${name}` },
];
const compared = (name = '', query = '') => [
  { path: `${round(`/comparison${name}`, world.earlierId)}?with=${world.openId}${query}` },
];
const ofPlans = (name = ''): Reading[] => [
  { path: `/v1/plans/${world.approved.planId}${name}` },
  hidden(({ draft }) => `/v1/plans/${draft.planId}${name}`),
  hidden(({ ofDraftRound }) => `/v1/plans/${ofDraftRound.planId}${name}`),
];

/** What is read of each operation that reads, or why no draft can be in it. One without a row fails. */
const readings: Record<string, readonly Reading[] | { none: string }> = {
  getService: open,
  getContract: open,
  getLiveness: open,
  getReadiness: open,
  getMetrics: open,
  listProblems: open,
  explainProblem: open,
  getMe: open,
  listRoles: open,
  listAreas: registry,
  exportAreas: registry,
  getArea: registry,
  listInstruments: registry,
  getInstrument: registry,
  listGroups: registry,
  exportGroups: registry,
  getGroup: registry,
  getGroupSummary: registry,
  listFigures: registry,
  exportFigures: registry,
  listAllFigures: registry,
  exportAllFigures: registry,
  getFigures: registry,
  listTeams: registry,
  exportTeams: registry,
  getTeam: registry,
  listApiKeys: keys,
  getApiKey: keys,
  listSignOuts: keys,
  getSignOut: keys,
  listWebhooks: keys,
  getWebhook: keys,
  listDeliveries: keys,
  listSeals: none('a seal is a hash'),
  exportSeals: none('a seal is a hash'),
  getSeal: none('a seal is a hash'),
  listSealKeys: none('a seal is a hash'),
  listPublishedRounds: published,
  getPublishedStatistics: published,
  listPublishedAreas: published,
  listPublishedResults: published,
  exportPublishedResults: published,

  listRounds: [told('/v1/rounds'), told('/v1/rounds?status=draft')],
  getRound: [{ path: round() }, hidden(({ draftRoundId }) => round('', draftRoundId))],
  listTargets: ofRound('/targets'),
  exportTargets: ofRound('/targets/rows'),
  getTarget: [
    { path: round(`/targets/${world.begunId}`) },
    hidden(({ draftRoundId }) => round(`/targets/${world.hiddenTargetId}`, draftRoundId)),
  ],
  listAssessments: [told(round('/assessments')), told(round('/assessments?status=draft')), ...ofRound('/assessments')],
  exportAssessments: [told(round('/assessments/rows')), ...ofRound('/assessments/rows')],
  getAssessment: sheetOf(''),
  getScore: sheetOf('/scores/7'),
  getGroupHealth: [
    told(`/v1/groups/${world.begunId}/health`),
    told(`/v1/groups/${world.returnedId}/health`),
    { path: `/v1/groups/${world.submittedId}/health` },
  ],
  listPlans: [told('/v1/plans'), told(`/v1/plans?round=${world.openId}&status=draft`), told('/v1/plans?criterion=1')],
  exportPlans: [told('/v1/plans/rows')],
  getPlan: ofPlans(),
  listPlanActions: ofPlans('/actions'),
  exportPlanActions: ofPlans('/actions/rows'),
  getPlanAction: [
    { path: `/v1/plans/${world.approved.planId}/actions/${world.approved.actionId}` },
    hidden(({ draft }) => `/v1/plans/${draft.planId}/actions/${draft.actionId}`),
    hidden(({ ofDraftRound }) => `/v1/plans/${ofDraftRound.planId}/actions/${ofDraftRound.actionId}`),
  ],
  getPlanCoverage: ofRound('/plan-coverage'),
  listCoveredGroups: ofRound('/plan-coverage/groups?criterion=1'),
  getRoundStatistics: [
    ...ofRound('/statistics'),
    ...['district', 'team'].map((by) => ({ path: round(`/statistics?by=${by}`) })),
  ],
  getCoFailure: ofRound('/statistics/co-failure'),
  getPriorities: ofRound('/statistics/priorities'),
  compareRounds: [
    ...compared(),
    ...compared('', '&split=plan&by=district'),
    { path: `${round('/comparison')}?with=${world.draftRoundId}`, never: `${round('/comparison')}?with=${anyId}` },
  ],
  listComparedGroups: compared('/groups'),
  getPlanEffect: [
    { path: `/v1/plans/${world.approved.planId}/effect?with=${world.openId}` },
    {
      path: `/v1/plans/${world.draft.planId}/effect?with=${world.openId}`,
      never: `/v1/plans/${anyId}/effect?with=${world.openId}`,
    },
  ],
  listChanges: [
    told('/v1/changes?limit=500'),
    told(`/v1/changes?groupId=${world.begunId}&limit=500`),
    told(`/v1/changes?resource=assessment&resourceId=${world.openId}/${world.begunId}`),
    told(`/v1/changes?resource=round&resourceId=${world.draftRoundId}&order=newest`),
    told(`/v1/changes?resource=plan&resourceId=${world.draft.planId}`),
    told(`/v1/changes?resource=target&limit=500`),
  ],
  followChanges: none('it is the feed, in another form'),
};

const reads = app.operations.filter(({ method }) => method === 'GET');

t.test('every operation that reads has its row', async (t) => {
  t.strictSame(Object.keys(readings).sort(), reads.map(({ operationId }) => operationId).sort());
});

/** The forms in which an operation answers: type, HEAD, with a total, and as it was at a moment. */
function* formsOf(operation: Operation, path: string): Generator<{ path: string; headers: Record<string, string> }> {
  const { streams, paged, follows } = operation.answer;
  const types = streams === undefined ? [] : ['application/x-ndjson', 'text/csv'];
  const accepted = [...(isForFiles(operation) ? [] : ['application/json']), ...types];
  for (const accept of accepted) {
    yield { path, headers: { accept } };
    const mark = path.includes('?') ? '&' : '?';
    if (operation.asOf) yield { path: `${path}${mark}asOf=${now}`, headers: { accept } };
  }
  if (paged && !follows) yield { path, headers: { prefer: 'count=exact' } };
}

const now = new Date(Date.now() - 1).toISOString();

t.test('no answer has a draft in it for who may not read drafts, and each that leaves some out says so', async (t) => {
  let answers = 0;
  for (const operation of reads) {
    const row = readings[operation.operationId] ?? [];
    for (const { path, tells = false, never } of 'none' in row ? [] : row) {
      const what = `${operation.operationId} ${path}`;
      let seen = false;
      for (const form of formsOf(operation, path)) {
        answers += 1;
        const { status, bytes, headers, body } = await analyst.get(form.path, form.headers);
        const text = bytes.toString();
        const found = secrets.filter((secret) => text.includes(secret) && !form.path.includes(secret));
        t.strictSame(found, [], `${what} ${JSON.stringify(form.headers)}`);
        const withheld = operation.withholdsDrafts === true && status < 400;
        t.equal(headers['drafts-withheld'], withheld ? 'true' : undefined, `${what}: the header`);
        if (withheld && typeof body === 'object') t.equal(body.draftsWithheld, true, `${what}: the member`);
        const head = await analyst.send({ method: 'HEAD', ...form });
        t.strictSame([head.status, head.headers['drafts-withheld']], [status, headers['drafts-withheld']], what);

        const whole = await reader.get(form.path, form.headers);
        const all = whole.bytes.toString();
        seen ||= secrets.some((secret) => all.includes(secret));
        t.notOk(all.includes('draftsWithheld') || 'drafts-withheld' in whole.headers, `${what}: nothing is withheld`);
        if (never === undefined) t.equal(status, 200, what);
        else {
          t.ok(status === 404 || status === 422, `${what}: ${status}`);
          t.equal(whole.status, tells ? 200 : whole.status, `${what} is there for a reader of drafts`);
          t.equal(
            shown(text),
            shown((await analyst.get(neverOf(form.path, path, never), form.headers)).bytes.toString()),
            what,
          );
        }
      }
      if (tells && never === undefined) t.ok(seen, `${what}: a reader of drafts meets one`);
    }
  }
  t.ok(answers > 150, `${answers} answers`);
});

function neverOf(form: string, path: string, never: string): string {
  return form.replace(path, never);
}

/** A refusal without ids and its moment. */
function shown(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)');
}

t.test('totals count what may be read, and sheets that are no draft', async (t) => {
  const total = async (client: Client, path: string) =>
    (await client.get(`${path}`, { prefer: 'count=exact' })).body.total;
  for (const [path, all, without] of [
    ['/v1/rounds', 3, 2],
    ['/v1/plans', 4, 1],
    [round('/assessments'), 3, 1],
    [round('/assessments?status=draft'), 2, 0],
    [round('/targets'), 4, 4],
  ] as const) {
    t.strictSame([await total(reader, path), await total(analyst, path)], [all, without], path);
  }
  const counts = async (client: Client, query = '') => {
    const { targets, assessed, drafts, notAssessed, coveragePercent, breakdown } = (
      await client.get(round(`/statistics${query}`))
    ).body;
    return { figures: [targets, assessed, drafts, notAssessed, coveragePercent], breakdown };
  };
  // Both ways: whoever asks first must not leave an answer for the other.
  for (const client of [reader, analyst, reader, analyst]) {
    const expected = client === reader ? [4, 1, 2, 1, 25] : [4, 1, 0, 3, 25];
    t.strictSame((await counts(client)).figures, expected);
    const { breakdown } = await counts(client, '?by=team');
    t.strictSame(
      breakdown.map((part: Answer['body']) => [part.drafts, part.notAssessed]),
      [expected.slice(2, 4)],
    );
  }
  const coverage = async (client: Client) => (await client.get(round('/plan-coverage'))).body;
  t.strictSame((await coverage(reader)).budget.map(({ tier, actions }: Answer['body']) => [tier, actions]).sort(), [
    ['district', 1],
    ['group', 2],
  ]);
  t.strictSame((await coverage(analyst)).budget, [{ tier: 'group', principle: null, actions: 1, budgetBaht: 1234 }]);
});

t.test('an analyst reads every published figure, as everybody does', async (t) => {
  for (const name of ['/statistics', '/statistics?by=district', '/statistics/co-failure', '/statistics/priorities']) {
    const [given, whole] = [analyst, reader].map((client) => client.get(round(name, world.earlierId)));
    const { draftsWithheld, ...figures } = (await given)?.body ?? {};
    t.equal(draftsWithheld, name.startsWith('/statistics/') ? undefined : true);
    t.strictSame(figures, (await whole)?.body, name);
  }
  t.equal((await analyst.get(sheetPath(world.earlierId, world.submittedId))).body.status, 'submitted');
});

t.test(
  'a sheet that was submitted at a moment is read as it was then, and one that was a draft then is not',
  async (t) => {
    const at = `asOf=${world.whileSubmitted}`;
    const then = async (client: Client) =>
      (await client.pages(`${round('/assessments')}?${at}`))
        .flat()
        .map(({ groupId }) => groupId)
        .sort();
    t.strictSame(await then(analyst), [world.submittedId, world.returnedId].sort());
    t.strictSame(await then(reader), [world.submittedId, world.returnedId, world.begunId].sort());
    t.equal((await analyst.get(`${sheet(world.returnedId)}?${at}`)).body.status, 'submitted');
    await analyst.refused(
      t,
      { method: 'GET', path: `${sheet(world.begunId)}?${at}` },
      { status: 404, code: 'assessment-not-found' },
    );
  },
);

t.test('callers of one area share no cursor and no tag of the past', async (t) => {
  const { body } = await reader.get('/v1/plans?limit=1');
  const refused = { status: 400, code: 'cursor-invalid' };
  await analyst.refused(t, { method: 'GET', path: body.next }, refused);
  const path = `${round('/statistics')}?asOf=${now}`;
  const [ofReader, ofAnalyst] = [await reader.get(path), await analyst.get(path)];
  t.not(ofReader.headers.etag, ofAnalyst.headers.etag);
  const other = { 'if-none-match': String(ofReader.headers.etag) };
  t.equal((await analyst.get(path, other)).status, 200, 'no 304 for what somebody else has');
});

t.test('who writes and reads no drafts is answered what it wrote, and reads it when it is one no more', async (t) => {
  const writer = await service.client({
    permissions: ['read', 'rounds:write', 'targets:write', 'assessments:write', 'plans:write'],
    areaCode: '40',
  });
  const any = { 'if-match': '*' };
  const { roundId } = await made(
    writer.post('/v1/rounds', {
      ...{ fiscalYearBe: 2555, roundNo: 9, areaCode: '40', title: 'รอบที่ 9', instrument: 'fhc@1' },
      ...{ startsOn: '2012-04-01', endsOn: '2012-04-30', targetSelection: 'designated', targetPopulation: 1 },
    }),
  );
  const gone = { status: 404, code: 'round-not-found' };
  await writer.refused(t, { method: 'GET', path: round('', roundId) }, gone);
  await writer.refused(t, { method: 'PATCH', path: round('', roundId), body: { title: 'x' }, headers: any }, gone);
  const groups = [await makeGroup(admin), await makeGroup(admin)];
  const [first, second] = groups.map(({ groupId }) => String(groupId));
  t.equal((await setTarget(writer, roundId, first ?? '')).groupId, first, 'a target of a round that it does not read');
  // The rules count what is there, not what is read.
  await writer.refused(
    t,
    { method: 'DELETE', path: round('', roundId), headers: any },
    { status: 409, code: 'round-in-use' },
  );
  await setTarget(writer, roundId, second ?? '');
  const opening = { method: 'POST', path: round('/opening', roundId), headers: any } as const;
  await writer.refused(t, opening, { status: 422, code: 'rules-broken', pointers: ['/targetPopulation'] });
  await admin.delete(round(`/targets/${second}`, roundId), any);
  t.equal((await made(writer.send(opening))).status, 'open');
  const path = sheetPath(roundId, first ?? '');
  t.equal((await made(writer.put(path, sheetFrom('3'.repeat(19))))).status, 'draft', 'the answer to its own write');
  await writer.refused(t, { method: 'GET', path }, { status: 404, code: 'assessment-not-found' });
  t.equal((await made(writer.put(`${path}/scores/1`, { level: 2, reason: 'ก' }))).status, 'draft');
  await made(writer.post(`${path}/submission`, undefined, any));
  t.equal((await writer.get(path)).body.status, 'submitted');
});

t.test('what is kept secret is told to nobody by its name: the world has its secrets', async (t) => {
  const text = (await reader.get('/v1/changes?limit=500')).bytes.toString();
  for (const secret of secrets.filter((one) => !one.includes('assessmentStatus') && one !== ',draft,'))
    t.ok(text.includes(secret), secret);
  t.match(secretText, /ร่าง/);
});
