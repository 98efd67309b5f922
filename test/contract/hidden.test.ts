import t from 'tap';
import { v7 as uuidv7 } from 'uuid';
import { startTestApp } from '../support/app.js';
import type { Call, Client } from '../support/client.js';
import { areaTable } from './area-table.js';
import { type AreaWorld, figures, fullSheet, home, makeAreaWorld, neighbour } from './area-world.js';

const service = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const world = await makeAreaWorld({ admin: service.admin, reviewer: await service.client() });
const theirs = await service.client({ areaCode: neighbour });

/** What a key of the neighbouring district sees: the rounds of the province, its own group, and that 4010 is a district. */
const known: readonly (keyof AreaWorld)[] = ['areaCode', 'provinceRoundId', 'secondRoundId', 'neighbourGroupId'];

/** The same world with ids that nobody ever gave in place of those of hidden records. */
const nowhere = Object.fromEntries(
  Object.entries(world).map(([name, value]) => [name, known.includes(name as keyof AreaWorld) ? value : uuidv7()]),
) as AreaWorld;

t.test('what is hidden answers as what never was: nobody can tell the two apart', async (t) => {
  for (const operation of service.app.operations) {
    const row = areaTable[operation.operationId] ?? [];
    for (const { what, call } of 'notAreaBound' in row ? [] : row) {
      const hidden = await answered(theirs, { method: operation.method, ...call(world) });
      const never = await answered(theirs, { method: operation.method, ...call(nowhere) });
      t.equal(hidden, never, `${operation.operationId}: ${what}`);
    }
  }
});

t.test('a row about a hidden group, by its number or id, is reported as one about no group', async (t) => {
  const { provinceRoundId, groupId, submittedGroupId } = world;
  const files = {
    '/v1/figures': { asOf: '2012-03-31', ...figures },
    [`/v1/rounds/${provinceRoundId}/assessments`]: fullSheet,
  };
  for (const [path, row] of Object.entries(files)) {
    const report = (names: readonly object[]) => {
      const payload = names.map((name) => `${JSON.stringify({ ...name, ...row })}\n`).join('');
      return answered(theirs, { method: 'POST', path, payload, headers: { 'content-type': 'application/x-ndjson' } });
    };
    const [byNumber, byId] = ['HOME-1', 'HOME-2'].map((registrationNo) => ({ registrationNo }));
    const hidden = [byNumber, byNumber, byId, { groupId }, { groupId: submittedGroupId }];
    const never = [
      ...['NONE-1', 'NONE-1', 'NONE-2'].map((registrationNo) => ({ registrationNo })),
      { groupId: uuidv7() },
      { groupId: uuidv7() },
    ];
    // Nor is it told which number belongs to which hidden group.
    for (const [given, none] of [
      [
        { groupId, registrationNo: byId?.registrationNo },
        { groupId: uuidv7(), registrationNo: 'NONE-2' },
      ],
      [
        { groupId: submittedGroupId, registrationNo: 'X-9' },
        { groupId: uuidv7(), registrationNo: 'X-9' },
      ],
      ...['HOME-1', 'HOME-2', 'HOME-3'].map((registrationNo) => [
        { groupId, registrationNo },
        { groupId: uuidv7(), registrationNo: 'NONE-1' },
      ]),
    ] as [object, object][]) {
      t.equal(await report([given]), await report([none]), `${path} ${JSON.stringify(given)}`);
    }
    const answer = await report(hidden as object[]);
    t.equal(answer, await report(never), path);
    t.match(answer, 'group-unknown');
    t.notMatch(answer, 'area-outside-yours', 'and nothing is said of where it lies');
  }
});

t.test('a round that is hidden is not there for the sheet of a group that is seen either', async (t) => {
  const { neighbourGroupId, openRoundId: roundId } = world;
  const sheet = (round: string) => `/v1/rounds/${round}/assessments/${neighbourGroupId}`;
  const calls: Omit<Call, 'path'>[] = [
    { method: 'PUT', body: fullSheet },
    { method: 'PATCH', body: { summary: 'ก' }, headers: { 'if-match': '*' } },
    { method: 'DELETE', headers: { 'if-match': '*' } },
  ];
  for (const call of calls) {
    const hidden = await answered(theirs, { ...call, path: sheet(roundId) });
    t.equal(hidden, await answered(theirs, { ...call, path: sheet(uuidv7()) }), call.method);
    t.match(hidden, /^404/);
  }
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    const call = { method, ...(method !== 'DELETE' && { body: { level: 1, reason: 'ก' } }) };
    const hidden = await answered(theirs, { ...call, path: `${sheet(roundId)}/scores/2` });
    t.equal(hidden, await answered(theirs, { ...call, path: `${sheet(uuidv7())}/scores/2` }), `score ${method}`);
  }
});

t.test('lists and figures agree about an area that the caller does not see', async (t) => {
  const { provinceRoundId } = world;
  const round = `/v1/rounds/${provinceRoundId}`;
  const paths = [
    ...['/v1/groups', '/v1/figures', '/v1/teams', '/v1/rounds', '/v1/plans', '/v1/groups/summary'],
    ...['targets', 'assessments', 'statistics', 'statistics/co-failure', 'plan-coverage'].map(
      (name) => `${round}/${name}`,
    ),
  ];
  for (const path of paths) {
    const refused = { status: 404, code: 'area-not-found' };
    await theirs.refused(t, { method: 'GET', path: `${path}?area=${home}` }, refused);
    t.equal((await theirs.get(`${path}?area=${neighbour}`)).status, 200, `${path} of its own area`);
  }
});

/** Status and body of an answer without what differs from call to call: ids, numbers of groups, and the moment. */
async function answered(client: Client, call: Call): Promise<string> {
  const { status, bytes } = await client.send(call);
  const text = bytes.toString().replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)');
  const named = text.replaceAll(/(HOME|NONE)-\d/g, '(number)');
  return `${status} ${named.replaceAll(/"asOf":"[^"]+Z"/g, '"asOf":"(now)"')}`;
}
