import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import type { Client } from '../support/client.js';
import { type Change, follow, readWhole } from '../support/feed.js';
import { writeLate } from '../support/late-write.js';
import { made, makeGroup, makeTeam } from '../support/world.js';

/** Lays changes over a list, and says of each that does not fit on what is there. */
function mirror(
  rows: Change[],
  changes: Change[],
  idName: string,
): { records: Map<string, Change>; misfits: string[] } {
  const records = new Map(rows.map((row) => [row[idName], row]));
  const misfits: string[] = [];
  for (const { kind, action, resourceId, record, version } of changes) {
    const known = records.get(resourceId);
    const isNew = kind === 'created' || kind === 'entered';
    if (isNew !== (known === undefined))
      misfits.push(`${action} ${resourceId}: ${known === undefined ? 'not' : ''} there`);
    if (kind === 'changed' && version !== known?.version + 1)
      misfits.push(`${action} ${resourceId}: version ${version}`);
    if (record === null) records.delete(resourceId);
    else records.set(resourceId, record);
  }
  return { records, misfits };
}

function meets(t: Test, copy: ReturnType<typeof mirror>, rows: Change[], idName: string, what: string): void {
  t.strictSame(copy.misfits, [], `${what}: nothing twice, and nothing missing in between`);
  const expected = Object.fromEntries(rows.map((row) => [row[idName], row]));
  t.strictSame(Object.fromEntries(copy.records), expected, `${what}: list and feed together are the table`);
}

t.test('what a list saw of transactions in flight is not told again, and the rest is', async (t) => {
  const { admin, database } = await startTestApp(t);
  const first = await makeTeam(admin);
  const early = await writeLate(database);
  const second = await makeTeam(admin);
  const list = await readWhole(admin, '/v1/teams');
  t.strictSame(new Set(list.rows.map(({ teamId }) => teamId)), new Set([first.teamId, second.teamId]));
  const waiting = await follow(admin, list.position);
  t.strictSame(waiting.items, [], 'the second team is not told again while the first waits');
  const third = await makeTeam(admin);
  await early.commit();
  for (const position of [list.position, waiting.position]) {
    const { items, position: end } = await follow(admin, position, '', 1);
    t.strictSame(
      items.map(({ resourceId }) => resourceId),
      [early.teamId, third.teamId],
    );
    t.match(end, /^\d+$/, 'and what the list saw is forgotten once it is passed');
  }
});

t.test('a list read whole and the feed from its position are the table, while others write', async (t) => {
  const service = await startTestApp(t);
  const { admin, database } = service;
  const home = await service.client({ areaCode: '4010' });
  const country = await Promise.all(
    Array.from({ length: 12 }, (_, index) => makeGroup(admin, index % 2 ? '401001' : '400201')),
  );
  const lists: {
    client: Client;
    path: string;
    query: string;
    idName: string;
    list: Awaited<ReturnType<typeof readWhole>>;
  }[] = [];
  const take = async () => {
    for (const [client, path, query, idName] of [
      [admin, '/v1/groups', '&resource=group', 'groupId'],
      [admin, '/v1/groups?area=4010', '&resource=group&area=4010', 'groupId'],
      [home, '/v1/groups', '&resource=group', 'groupId'],
      [admin, '/v1/teams', '&resource=team', 'teamId'],
    ] as const)
      lists.push({ client, path, query, idName, list: await readWhole(client, path) });
  };
  const areas = ['401001', '401002', '400201', '4010'];
  const writer = async (number: number) => {
    for (let turn = 0; turn < 12; turn += 1) {
      const { groupId, registrationNo } = country[(number * 5 + turn * 7) % country.length];
      const areaCode = areas[(number + turn) % areas.length];
      await made(
        admin.put(
          `/v1/groups/${groupId}`,
          { registrationNo, name: `ก ${number}-${turn}`, areaCode },
          { 'if-match': '*' },
        ),
      );
      const { teamId } = await makeTeam(admin, { areaCode: '40' });
      if (turn % 3 === 0) await admin.delete(`/v1/teams/${teamId}`, { 'if-match': '*' });
      if (turn % 4 === 0) await makeGroup(admin, areaCode);
    }
  };
  const slow = async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      const late = await writeLate(database);
      await take();
      await (turn % 3 === 2 ? late.rollBack() : late.commit());
    }
  };
  await Promise.all([writer(0), writer(1), writer(2), slow()]);
  for (const { client, path, query, idName, list } of lists) {
    const { items } = await follow(client, list.position, query, 50);
    meets(t, mirror(list.rows, items, idName), (await readWhole(client, path)).rows, idName, `${path}${query}`);
  }
});

t.test('a position that nobody gave is refused', async (t) => {
  const { admin } = await startTestApp(t);
  for (const position of [
    '1.',
    '1.1',
    '1.5-4--3',
    '1.0-4--3',
    '1.1-4-4-3',
    '1.1-9-3_2-3',
    '1.1-9-3_3-3',
    'x',
    '1.1-9-3__4-3',
  ])
    await admin.refused(
      t,
      { method: 'GET', path: `/v1/changes?after=${position}` },
      { status: 400, code: 'invalid-input', pointers: ['/query/after'] },
    );
  t.strictSame((await admin.get('/v1/changes?after=0.1-9-3_4-3')).status, 200);
});
