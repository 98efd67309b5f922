import t from 'tap';
import { adminSecret, startTestApp, type TestApp } from '../support/app.js';
import { openEvents } from '../support/events.js';
import { type Change, endOf, follow } from '../support/feed.js';
import { makeKey } from '../support/keys.js';
import { writeLate } from '../support/late-write.js';
import { until } from '../support/wait.js';
import { made, makeGroup, makeTeam } from '../support/world.js';

async function addressOf({ app }: TestApp): Promise<string> {
  return app.listen({ host: '127.0.0.1', port: 0 });
}

const told = (events: readonly { data: string }[]) => events.map(({ data }) => JSON.parse(data).resourceId);

t.test('events come as things happen, and a client that lost the stream goes on where it was', async (t) => {
  const service = await startTestApp(t);
  const { admin, database } = service;
  const url = `${await addressOf(service)}/v1/changes`;
  const from = await endOf(admin);
  const first = await openEvents(t, `${url}/stream?after=${from}`, adminSecret);
  t.match(Object.fromEntries(first.headers), {
    'content-type': /^text\/event-stream/,
    'x-accel-buffering': 'no',
    'cache-control': /no-cache/,
  });
  const teams = [await makeTeam(admin), await makeTeam(admin)];
  const events = await first.come(2);
  t.strictSame(
    events.map(({ event, id }) => [event, id]),
    events.map(({ data }) => ['change', String(JSON.parse(data).position)]),
  );
  t.strictSame(JSON.parse(events[0]?.data ?? '').record, teams[0], 'an event is a change as the pages have it');
  t.strictSame(
    events.map(({ data }) => JSON.parse(data)),
    (await follow(admin, from)).items,
  );
  first.hangUp();

  const late = await writeLate(database);
  teams.push(await makeTeam(admin));
  const second = await openEvents(t, `${url}?after=0`, adminSecret, { 'last-event-id': events[0]?.id ?? '' });
  t.strictSame(told(await second.come(1)), [teams[1].teamId], 'not from `after`, and not again what had come');
  await late.commit();
  t.strictSame(told(await second.come(3)), [teams[1].teamId, late.teamId, teams[2].teamId], 'in order, none skipped');
  t.equal(second.events.length, 3);
});

t.test('a stream begun at a whole list tells what the list has not, also when it is begun again', async (t) => {
  const service = await startTestApp(t);
  const { admin, database } = service;
  const url = `${await addressOf(service)}/v1/changes/stream`;
  const late = [await writeLate(database), await writeLate(database)];
  await makeTeam(admin);
  const list = await admin.get('/v1/teams', { accept: 'application/x-ndjson' });
  for (const one of late) await one.commit();
  const first = await openEvents(t, `${url}?after=${list.headers['feed-position']}`, adminSecret);
  const [event] = await first.come(1);
  first.hangUp();
  const second = await openEvents(t, url, adminSecret, { 'last-event-id': event?.id ?? '' });
  const team = await makeTeam(admin);
  t.strictSame(
    [...told([event ?? { data: '' }]), ...told(await second.come(2))],
    [late[0]?.teamId, late[1]?.teamId, team.teamId],
  );
});

t.test('a stream is cut to the area of its reader', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const address = await addressOf(service);
  const keys = await Promise.all(
    ['4010', '4002'].map((areaCode) => makeKey(admin, { areaCode, permissions: ['read'] })),
  );
  const from = await endOf(admin);
  const streams = await Promise.all(
    keys.map(({ secret }) => openEvents(t, `${address}/v1/changes/stream?after=${from}`, secret)),
  );
  const { groupId, registrationNo, name } = await makeGroup(admin, '401001');
  await made(admin.put(`/v1/groups/${groupId}`, { registrationNo, name, areaCode: '400201' }, { 'if-match': '*' }));
  const [home = [], neighbour = []] = await Promise.all(streams.map((one, index) => one.come(index === 0 ? 2 : 1)));
  const kinds = (events: readonly { data: string }[]) => events.map(({ data }) => JSON.parse(data).kind);
  t.strictSame(kinds(home), ['created', 'left']);
  t.strictSame(kinds(neighbour), ['entered']);
});

t.test('who waits for a change gets it when it comes, and an empty page when the time is over', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const home = await service.client({ areaCode: '4010' });
  const from = await endOf(admin);
  const waiting = home.get(`/v1/changes?after=${from}&wait=60`);
  await makeGroup(admin, '400201');
  const group = await makeGroup(admin, '401001');
  const { items, position } = await made(waiting);
  t.strictSame(
    items.map(({ resourceId }: Change) => resourceId),
    [group.groupId],
    'what it does not see wakes nobody',
  );
  const empty = await made(home.get(`/v1/changes?after=${position}&wait=1`));
  t.strictSame([empty.items, empty.next, empty.upToDate], [[], null, true]);
  t.strictSame((await admin.get('/v1/changes?wait=61')).status, 400);
});

t.test('the feed to its end is one file, which says where it goes on', async (t) => {
  const service = await startTestApp(t);
  const { admin, app } = service;
  for (let count = 0; count < 205; count += 1) await makeTeam(admin);
  const answer = await app.inject({
    url: '/v1/changes?resource=team',
    headers: { authorization: `Bearer ${adminSecret}`, accept: 'application/x-ndjson' },
  });
  const lines = answer.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const pages = await follow(admin, '0', '&resource=team', 100);
  t.equal(lines.length, 205);
  t.strictSame(lines, pages.items);
  const team = await makeTeam(admin);
  const rest = await follow(admin, String(answer.headers['feed-position']));
  t.strictSame(
    rest.items.map(({ resourceId }) => resourceId),
    [team.teamId],
  );
});

t.test('streams are bounded, hold no connection to the database, and end with their key and the service', async (t) => {
  const service = await startTestApp(t, { MAX_FOLLOWERS: '12', DATABASE_POOL_SIZE: '2' });
  const { admin } = service;
  const url = `${await addressOf(service)}/v1/changes/stream`;
  const key = await makeKey(admin, { permissions: ['read'] });
  const open = () => openEvents(t, url, key.secret);
  const streams = await Promise.all(Array.from({ length: 12 }, open));
  await admin.refused(t, { method: 'GET', path: '/v1/changes/stream' }, { status: 503, code: 'unavailable' });
  await admin.refused(t, { method: 'GET', path: '/v1/changes?wait=1' }, { status: 503, code: 'unavailable' });
  await makeTeam(admin);
  t.equal((await admin.get('/v1/changes')).status, 200, 'who does not wait is served');
  streams[0]?.hangUp();
  const admitted = await until('a place is free', () => openEvents(t, url, adminSecret).catch(() => null));

  await admin.delete(`/v1/api-keys/${key.apiKeyId}`, { 'if-match': '*' });
  await until('the streams of the revoked key have ended', () =>
    streams.slice(1).every((one) => one.ended() === 'in order'),
  );
  t.equal(admitted.ended(), null, 'and no other');
  const waiting = admin.get(`/v1/changes?after=${await endOf(admin)}&wait=60`);
  await service.app.close();
  t.equal((await waiting).status, 200);
  await until('the stream has ended', () => admitted.ended() === 'in order');
});
