/** The feed for who may not read drafts: what is submitted, opened or approved enters, and list and feed together are the table. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import type { Answer, Client } from '../support/client.js';
import { makeDraftWorld, secretsOf, secretText } from '../support/draft-world.js';
import { type Change, endOf, follow, readWhole } from '../support/feed.js';
import { startReceiver } from '../support/receiver.js';
import { webhooksOf } from '../support/webhooks.js';
import { made, makeGroup, makeTeam, sheetFrom, sheetPath } from '../support/world.js';

const any = { 'if-match': '*' };
const kinds = ['round', 'target', 'assessment', 'plan', 'plan-action'] as const;

/** What each list says of other records. */
const ofOthers = new Set(['registrationNo', 'groupName', 'result', 'nextLevel']);
const own = (row: Change) => Object.fromEntries(Object.entries(row).filter(([name]) => !ofOthers.has(name)));

type Copy = Map<string, Change>;

const idsOf: Record<string, (row: Change) => string> = {
  round: ({ roundId }) => roundId,
  target: ({ roundId, groupId }) => `${roundId}/${groupId}`,
  assessment: ({ roundId, groupId }) => `${roundId}/${groupId}`,
  plan: ({ planId }) => planId,
  'plan-action': ({ planId, actionId }) => `${planId}/${actionId}`,
};

function put(copy: Copy, kind: string, rows: Change[]): void {
  for (const row of rows) copy.set(`${kind} ${idsOf[kind]?.(row)}`, own(row));
}

/** Every list that a client reads, as it is now. */
async function readLists(client: Client): Promise<Copy> {
  const copy: Copy = new Map();
  const rounds = (await client.pages('/v1/rounds?limit=500')).flat();
  put(copy, 'round', rounds);
  for (const { roundId } of rounds) {
    put(copy, 'target', (await readWhole(client, `/v1/rounds/${roundId}/targets/rows`)).rows);
    put(copy, 'assessment', (await readWhole(client, `/v1/rounds/${roundId}/assessments/rows`)).rows);
  }
  const plans = (await readWhole(client, '/v1/plans/rows')).rows;
  put(copy, 'plan', plans);
  for (const { planId } of plans)
    put(copy, 'plan-action', (await readWhole(client, `/v1/plans/${planId}/actions/rows`)).rows);
  return copy;
}

/** Lays changes over a copy as the contract says, and names what does not fit on what is there. */
async function lay(client: Client, copy: Copy, changes: readonly Change[]): Promise<string[]> {
  const misfits: string[] = [];
  const readAhead = new Set<string>();
  for (const { kind, action, resource, resourceId, record, version, details } of changes) {
    if (!kinds.includes(resource)) continue;
    const name = `${resource} ${resourceId}`;
    const known = copy.get(name);
    const isNew = kind === 'created' || kind === 'entered';
    const isAhead = readAhead.has(`${resource} ${resourceId.split('/')[0]}`);
    if (!isAhead && isNew !== (known === undefined))
      misfits.push(`${kind} ${action} ${name} is ${known ? '' : 'not '}there`);
    if (!isAhead && kind === 'changed' && version !== known?.version + 1)
      misfits.push(`${action} ${name}: version ${version}`);
    if (record === null || kind === 'deleted' || kind === 'left') copy.delete(name);
    else copy.set(name, own(record));
    if (kind === 'entered' && resource === 'plan') put(copy, 'plan-action', details.actions);
    if (kind !== 'entered' || resource !== 'round') continue;
    // What is of a round that enters is read by its lists, which may be ahead of the feed.
    readAhead.add(`target ${resourceId}`);
    put(copy, 'target', (await readWhole(client, `/v1/rounds/${resourceId}/targets/rows`)).rows);
    for (const plan of (await readWhole(client, `/v1/plans/rows?round=${resourceId}`)).rows) {
      put(copy, 'plan', [plan]);
      for (const one of ['plan', 'plan-action']) readAhead.add(`${one} ${plan.planId}`);
      put(copy, 'plan-action', (await readWhole(client, `/v1/plans/${plan.planId}/actions/rows`)).rows);
    }
  }
  return misfits;
}

const sorted = (copy: Copy) => Object.fromEntries([...copy].sort(([a], [b]) => (a < b ? -1 : 1)));

t.test('over a random history list and feed are the table, for who reads drafts and for who does not', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const reviewer = await service.client();
  const team = await makeTeam(admin);
  const groupIds: string[] = [];
  for (const area of ['401001', '401001', '401002', '400201']) groupIds.push((await makeGroup(admin, area)).groupId);
  const roundIds: string[] = [];
  let numbered = 0;
  const planIds: string[] = [];
  const pick = <T>(values: readonly T[], seed: number): T => values[seed % values.length] as T;
  const place = (seed: number) => sheetPath(pick(roundIds, seed), pick(groupIds, seed >> 2));
  const save = async (path: string, body: object) => {
    const made = await admin.put(path, body);
    return made.status === 428 ? admin.put(path, body, any) : made;
  };
  const whereThereIs = async (seed: number, act: (path: string) => Promise<Answer>) => {
    const found = await admin.get(place(seed));
    return found.status === 200 ? act(place(seed)) : found;
  };
  const plan = (seed: number) => `/v1/plans/${pick(planIds, seed)}`;
  const levels = (seed: number) => String((seed % 3) + 1).repeat(19);

  /** What happens, and how often it is tried; it may be refused, and then nothing has happened. */
  const steps: Record<string, [number, (seed: number) => Promise<Answer>]> = {
    prepare: [
      1,
      async () => {
        const answer = await admin.post('/v1/rounds', {
          ...{
            fiscalYearBe: 2555,
            roundNo: (numbered % 12) + 1,
            areaCode: '40',
            title: 'รอบ',
            instrument: 'fhc@1',
          },
          ...{ startsOn: '2012-04-01', endsOn: '2012-04-30', targetSelection: 'designated', targetPopulation: null },
        });
        numbered += 1;
        if (answer.status === 201) roundIds.push(answer.body.roundId);
        return answer;
      },
    ],
    retitle: [1, (seed) => admin.patch(`/v1/rounds/${pick(roundIds, seed)}`, { title: `รอบ ${seed}` }, any)],
    dropRound: [
      1,
      async (seed) => {
        const roundId = pick(roundIds, seed);
        const answer = await admin.delete(`/v1/rounds/${roundId}`, any);
        if (answer.status === 204) roundIds.splice(roundIds.indexOf(roundId), 1);
        return answer;
      },
    ],
    open: [1, (seed) => admin.post(`/v1/rounds/${pick(roundIds, seed)}/opening`, undefined, any)],
    target: [
      5,
      (seed) =>
        save(`/v1/rounds/${pick(roundIds, seed)}/targets/${pick(groupIds, seed >> 2)}`, {
          teamId: seed % 2 ? team.teamId : null,
        }),
    ],
    untarget: [
      1,
      (seed) => admin.delete(`/v1/rounds/${pick(roundIds, seed)}/targets/${pick(groupIds, seed >> 2)}`, any),
    ],
    write: [6, (seed) => save(place(seed), sheetFrom(levels(seed)))],
    score: [
      3,
      (seed) => admin.put(`${place(seed)}/scores/${(seed % 19) + 1}`, { level: (seed % 3) + 1, reason: `ก ${seed}` }),
    ],
    submit: [6, (seed) => admin.post(`${place(seed)}/submission`, undefined, any)],
    file: [
      1,
      (seed) =>
        admin.send({
          method: 'POST',
          path: `/v1/rounds/${pick(roundIds, seed)}/assessments/rows?onError=skip`,
          headers: { 'content-type': 'application/x-ndjson' },
          payload: groupIds
            .map((groupId, index) =>
              JSON.stringify({
                groupId,
                status: (seed + index) % 2 ? 'draft' : 'submitted',
                ...sheetFrom(levels(seed + index)),
              }),
            )
            .join('\n'),
        }),
    ],
    giveBack: [2, (seed) => whereThereIs(seed, (path) => reviewer.post(`${path}/return`, { reason: 'ตรวจใหม่' }, any))],
    confirm: [2, (seed) => whereThereIs(seed, (path) => reviewer.post(`${path}/confirmation`, undefined, any))],
    dropSheet: [3, (seed) => whereThereIs(seed, (path) => admin.delete(path, any))],
    plan: [
      2,
      async (seed) => {
        const roundId = pick(roundIds, seed);
        const where =
          seed % 2 ? { tier: 'group', groupId: pick(groupIds, seed >> 2) } : { tier: 'district', areaCode: '4010' };
        const answer = await admin.post('/v1/plans', { roundId, title: `แผน ${seed}`, ...where });
        if (answer.status === 201) planIds.push(answer.body.planId);
        return answer;
      },
    ],
    draft: [
      1,
      (seed) => admin.post('/v1/plans/drafting', { roundId: pick(roundIds, seed), tier: 'district', areaCode: '4010' }),
    ],
    replan: [2, (seed) => admin.patch(plan(seed), { title: `แผนใหม่ ${seed}` }, any)],
    add: [
      4,
      (seed) => admin.post(`${plan(seed)}/actions`, { criterionNo: (seed % 19) + 1, title: `ก ${seed}`, reason: 'ข' }),
    ],
    approve: [3, (seed) => reviewer.post(`${plan(seed)}/approval`, undefined, any)],
    start: [3, (seed) => admin.post(`${plan(seed)}/start`, undefined, any)],
    cancel: [1, (seed) => admin.post(`${plan(seed)}/cancellation`, { reason: 'เลิก' }, any)],
    dropPlan: [1, (seed) => admin.delete(plan(seed), any)],
  };
  const names = Object.entries(steps).flatMap(([name, [often]]) => Array<string>(often).fill(name));
  const [chosen = []] = fc.sample(
    fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(1_000_000)), { minLength: 500, maxLength: 500, size: 'max' }),
    { numRuns: 1, seed: 2555 },
  );

  const clients = {
    analyst: await service.client({ permissions: ['read'], areaCode: '40' }),
    ofDistrict: await service.client({ permissions: ['read'], areaCode: '4010' }),
    reader: await service.client({ permissions: ['read', 'read:drafts'], areaCode: '40' }),
  };
  const begin = await endOf(admin);
  const copies = Object.entries(clients).map(([name, client]) => ({
    name,
    client,
    copy: new Map() as Copy,
    position: begin,
  }));
  const done = new Map<string, number>();
  const tell = new Map<string, number>();
  for (let turn = 0; turn < chosen.length; turn += 1) {
    const [name, seed] = turn === 0 ? (['prepare', 0] as const) : (chosen[turn] ?? ['prepare', 0]);
    if (roundIds.length === 0 && name !== 'prepare') continue;
    const { status } = (await steps[name]?.[1](seed)) ?? { status: 0 };
    if (status < 300) done.set(name, (done.get(name) ?? 0) + 1);
    if (turn % 20 !== 19) continue;
    // In the middle other copies begin by the lists.
    if (turn === 199) {
      for (const [who, client] of Object.entries(clients)) {
        const { position } = await readWhole(client, '/v1/plans/rows');
        copies.push({ name: `${who} from the lists`, client, copy: await readLists(client), position });
      }
    }
    for (const one of copies) {
      const { items, position } = await follow(one.client, one.position, '', 50);
      one.position = position;
      for (const { kind, resource } of one.name === 'analyst' ? items : [])
        tell.set(`${resource} ${kind}`, (tell.get(`${resource} ${kind}`) ?? 0) + 1);
      t.strictSame(await lay(one.client, one.copy, items), [], `${one.name} after ${turn}: nothing twice or missing`);
      t.strictSame(sorted(one.copy), sorted(await readLists(one.client)), `${one.name} after ${turn}: the table`);
      if (one.client === clients.reader) continue;
      const drafts = items.filter(
        ({ resource, record, kind }) =>
          ['round', 'assessment', 'plan'].includes(resource) && kind !== 'left' && record?.status === 'draft',
      );
      t.strictSame(drafts, [], `${one.name}: no draft is told`);
    }
  }
  for (const name of Object.keys(steps)) t.ok((done.get(name) ?? 0) > 0, `${name}: ${done.get(name)} times`);
  for (const what of ['assessment entered', 'assessment left', 'assessment created', 'plan entered', 'round entered'])
    t.ok((tell.get(what) ?? 0) > 0, `${what}: ${tell.get(what)} times`);
  await sameHistories(t, admin, clients.analyst, [...(copies[0]?.copy.keys() ?? [])]);
});

/** The history of a sheet tells who reads no drafts only the stretches in which it was none, each as it was. */
async function sameHistories(t: Test, all: Client, analyst: Client, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => one.startsWith('assessment'))) {
    const [resource, resourceId] = name.split(' ');
    const query = `&resource=${resource}&resourceId=${resourceId}`;
    const [whole, seen] = [await follow(all, '0', query, 100), await follow(analyst, '0', query, 100)];
    const expected = whole.items.flatMap(({ position, kind, record }, index) => {
      const before = index === 0 ? null : whole.items[index - 1].record;
      const was = before !== null && before.status !== 'draft';
      const is = kind !== 'deleted' && record !== null && record.status !== 'draft';
      if (!was && !is) return [];
      return [[position, was ? (is || kind === 'deleted' ? kind : 'left') : kind === 'created' ? kind : 'entered']];
    });
    t.strictSame(
      seen.items.map(({ position, kind }) => [position, kind]),
      expected,
      name,
    );
  }
}

t.test('what the feed tells of a return, and in every form, is without the draft', async (t) => {
  const service = await startTestApp(t);
  const { admin, app } = service;
  const world = await makeDraftWorld({ admin, reviewer: await service.client() });
  const secret = (
    await made(admin.post('/v1/api-keys', { name: 'k', permissions: ['read', 'audit:read'], areaCode: '40' }))
  ).secret;
  const analyst = service.withSecret(secret);
  const resourceId = `${world.openId}/${world.returnedId}`;
  const { items } = await follow(analyst, '0', `&resource=assessment&resourceId=${resourceId}`);
  t.strictSame(
    items.map(({ action, kind }) => [action, kind]),
    [
      ['assessment.submitted', 'entered'],
      ['assessment.returned', 'left'],
    ],
  );
  const [entered, left] = items;
  t.strictSame([entered.changes, entered.record.status, entered.version], [[], 'submitted', 2]);
  t.match(left, { record: null, reason: null, details: null, changes: [], version: null, areaCode: '401001' });
  const plan = await follow(analyst, '0', `&resource=plan&resourceId=${world.approved.planId}`);
  t.strictSame(
    plan.items.map(({ kind, details }) => [kind, details.actions.map(({ actionId }: Change) => actionId)]),
    [['entered', [world.approved.actionId]]],
  );
  const lines = await app.inject({
    url: '/v1/changes',
    headers: { authorization: `Bearer ${secret}`, accept: 'application/x-ndjson' },
  });
  t.equal(lines.headers['drafts-withheld'], 'true');
  for (const text of secretsOf(world)) t.notOk(lines.body.includes(text), `NDJSON without ${text}`);
  const page = await analyst.get('/v1/changes?limit=1');
  t.equal(page.body.draftsWithheld, true, 'who reads what was done with keys reads no drafts by that');
});

t.test('a webhook tells of drafts only if its maker could read them', async (t) => {
  const service = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
  const { admin } = service;
  const webhooks = webhooksOf(t, service);
  const receiver = await startReceiver(t);
  const maker = await service.client({ permissions: ['read', 'keys:write'], areaCode: '40' });
  const path = ({ webhookId }: Change) => `/v1/webhooks/${webhookId}`;
  const make = (client: Client, content: object = {}) =>
    made(client.post('/v1/webhooks', { url: receiver.url, areaCode: '40', ...content }));
  const without = await make(maker);
  t.equal(without.drafts, false, 'its maker reads no drafts');
  const refused = { status: 403, code: 'permission-not-yours' };
  const url = receiver.url;
  await maker.refused(
    t,
    { method: 'POST', path: '/v1/webhooks', body: { url, areaCode: '40', drafts: true } },
    refused,
  );
  await maker.refused(t, { method: 'PATCH', path: path(without), body: { drafts: true }, headers: any }, refused);
  const whole = await make(admin, { active: false });
  t.equal(whole.drafts, true);
  t.equal((await make(admin, { active: false, drafts: false })).drafts, false);
  // Who reads no drafts has no webhook sent that tells of them: not to another address, not again, not at all.
  for (const [method, what, body] of [
    ['PATCH', '', { url: `${url}/2` }],
    ['PUT', '', { url: `${url}/2`, areaCode: '40' }],
    ['POST', '/activation', undefined],
    ['POST', '/replay', { from: 1 }],
  ] as const)
    await maker.refused(t, { method, path: `${path(whole)}${what}`, headers: any, ...(body && { body }) }, refused);
  const kept = await made(admin.put(path(without), { url, areaCode: '40', description: 'ก' }, any));
  t.equal(kept.drafts, false, 'what is left out of a change stays as it was');

  const world = await makeDraftWorld({ admin, reviewer: await service.client() });
  await webhooks.send();
  const messages = receiver.received.splice(0).map(({ raw }) => raw);
  t.ok(messages.some((raw) => raw.includes('assessment.submitted') && raw.includes('"entered"')));
  t.ok(messages.some((raw) => raw.includes('assessment.returned') && raw.includes('"left"')));
  for (const text of secretsOf(world))
    t.strictSame(
      messages.filter((raw) => raw.includes(text)),
      [],
      text,
    );

  await made(admin.patch(path(without), { drafts: true }, any));
  await made(admin.post(`${path(without)}/replay`, { from: 1 }, any));
  await webhooks.send();
  t.ok(
    receiver.received.some(({ raw }) => raw.includes(secretText)),
    'switched to drafts it tells of them',
  );
});
