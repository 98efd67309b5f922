/** The reference follower: its copy is the registry, whatever is killed while it is written. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { runCommand } from '../support/command.js';
import { databaseStorage, type RunningService, startService, temporaryDirectory } from '../support/process.js';
import { roundContent, sheetFrom } from '../support/world.js';

type Row = Record<string, unknown>;
type Copy = ReadonlyMap<string, Row>;
/** Sends with a key, which is that of the admin when none is given. */
type Send = (method: string, path: string, body?: unknown, by?: string) => Promise<Row>;
type World = Awaited<ReturnType<typeof madeWorld>>;

const secret = `prot_${'follow'.padEnd(43, '-')}`;
const hasSqlite = Number(process.versions.node.split('.')[0]) >= 24;

t.setTimeout(110_000);

t.test('ndjson: a copy is the registry, although it, its follower and the service are killed meanwhile', async (t) => {
  const variables = { ...(await databaseStorage(t)), BOOTSTRAP_API_KEY: secret };
  let service = await startService(t, { ...variables, PORT: '0' });
  const port = new URL(service.address).port;
  const send = senderTo(() => service, secret);
  const world = await madeWorld(send);
  const { roundId } = world;
  const directory = await temporaryDirectory(t);

  let writing = true;
  const writer = async (seed: number) => {
    for (let n = seed; writing; n += 7) await changeSomething(send, world, n);
  };
  const writers = Promise.all([1, 2, 3].map(writer));
  for (let kill = 0; kill < 4; kill += 1) {
    const killed = new AbortController();
    const following = runCommand('follow', [directory, '--to', 'ndjson', '--url', service.address], {
      variables: { PROT_API_KEY: secret },
      killedBy: killed.signal,
    });
    await delay(700);
    if (kill === 2) {
      await service.kill('SIGKILL');
      service = await startService(t, { ...variables, PORT: port });
      await delay(500);
    }
    killed.abort();
    await following;
  }
  writing = false;
  await writers;
  await followOnce(t, service, ['--to', 'ndjson', directory], secret);
  await requireCopy(t, send, (kind) => ndjsonCopy(directory, kind), roundId);
});

t.test(
  'a reader of an area: what moves out of it is gone from the copy, with its figures, and what moves in is whole',
  async (t) => {
    const service = await startService(t, { ...(await databaseStorage(t)), BOOTSTRAP_API_KEY: secret });
    const send = senderTo(() => service, secret);
    const { groupIds } = await madeWorld(send);
    const key = await send('POST', '/v1/api-keys', {
      name: 'District',
      permissions: ['read'],
      areaCode: '4010',
      expiresAt: null,
    });
    const directory = await temporaryDirectory(t);
    const follow = () => followOnce(t, service, ['--to', 'ndjson', directory], String(key.secret));
    await follow();
    const [leaving = '', entering = ''] = groupIds;
    t.ok((await ndjsonCopy(directory, 'group')).has(leaving));
    t.notOk((await ndjsonCopy(directory, 'group')).has(entering));
    await send('PATCH', `/v1/groups/${leaving}`, { areaCode: '400201' });
    await send('PATCH', `/v1/groups/${entering}`, { areaCode: '401002' });
    await follow();
    const seen = senderTo(() => service, String(key.secret));
    for (const kind of ['group', 'figures']) {
      const copy = await ndjsonCopy(directory, kind);
      const list = await listed(seen, kind === 'group' ? '/v1/groups' : '/v1/figures');
      t.strictSame([...copy.keys()].sort(), list.map((row) => idOf(kind, row)).sort(), kind);
      t.ok(copy.size > 0);
    }
  },
);

t.test(
  'a reader without drafts: what is opened, submitted or approved comes into the copy with all that it brings',
  async (t) => {
    const service = await startService(t, { ...(await databaseStorage(t)), BOOTSTRAP_API_KEY: secret });
    const send = senderTo(() => service, secret);
    const { groupIds, roundId, reviewKey } = await madeWorld(send);
    const [groupId = ''] = groupIds;
    const prepared = await send('POST', '/v1/rounds', { ...roundContent, roundNo: 2 });
    const later = String(prepared.roundId);
    await send('PUT', `/v1/rounds/${later}/targets/${groupId}`, { teamId: null });
    await send('PUT', `/v1/rounds/${roundId}/assessments/${groupId}`, sheetFrom('1'.repeat(19)));
    const everywhere = { areaCode: null, expiresAt: null };
    const key = await send('POST', '/v1/api-keys', { name: 'Analyst', permissions: ['read'], ...everywhere });
    const approver = await send('POST', '/v1/api-keys', {
      name: 'Head',
      permissions: ['plans:approve'],
      ...everywhere,
    });
    const directory = await temporaryDirectory(t);
    const follow = () => followOnce(t, service, ['--to', 'ndjson', directory], String(key.secret));
    const copyOf = (kind: string) => ndjsonCopy(directory, kind);
    await follow();
    t.strictSame([...(await copyOf('round')).keys(), ...(await copyOf('assessment')).keys()], [roundId]);

    await send('POST', `/v1/rounds/${roundId}/assessments/${groupId}/submission`);
    await send('POST', `/v1/rounds/${later}/opening`);
    const { planId } = await send('POST', '/v1/plans', { roundId, tier: 'group', groupId, title: 'แผน' });
    const { actionId } = await send('POST', `/v1/plans/${planId}/actions`, { criterionNo: 1, title: 'ก' });
    await send('POST', `/v1/plans/${planId}/approval`, undefined, String(approver.secret));
    await follow();
    t.strictSame([...(await copyOf('plan')).keys()], [planId]);
    t.strictSame([...(await copyOf('plan-action')).keys()], [`${planId}/${actionId}`]);
    t.ok((await copyOf('target')).has(`${later}/${groupId}`), 'the target of the round that was opened');
    t.strictSame([...(await copyOf('assessment')).keys()], [`${roundId}/${groupId}`]);
    await send('POST', `/v1/rounds/${roundId}/assessments/${groupId}/return`, { reason: 'ตรวจใหม่' }, reviewKey);
    await follow();
    t.equal((await copyOf('assessment')).size, 0, 'what was returned is gone from it');
  },
);

t.test(
  'where the feed goes back only some days, a copy is begun by the lists, and anew when it was away too long',
  async (t) => {
    const storage = await databaseStorage(t);
    const service = await startService(t, { ...storage, BOOTSTRAP_API_KEY: secret, CHANGES_RETENTION_DAYS: '7' });
    const send = senderTo(() => service, secret);
    const world = await madeWorld(send);
    const { roundId } = world;
    for (let n = 0; n < 40; n += 1) await changeSomething(send, world, n);
    const client = new pg.Client({ connectionString: storage.DATABASE_URL });
    await client.connect();
    t.teardown(() => client.end());
    const grow = () => client.query(`update changes set happened_at = happened_at - interval '8 days'`);
    await grow();
    const directory = await temporaryDirectory(t);
    for (let round = 0; round < 2; round += 1) {
      await followOnce(t, service, ['--to', 'ndjson', directory], secret);
      await requireCopy(t, send, (kind) => ndjsonCopy(directory, kind), roundId);
      for (let n = 40; n < 60; n += 1) await changeSomething(send, world, n);
      await grow();
      for (let n = 60; n < 80; n += 1) await changeSomething(send, world, n);
    }
  },
);

t.test(
  hasSqlite ? 'sqlite: the same' : 'sqlite: refused by name where Node has none (skipped part: Node 24 runs it)',
  async (t) => {
    const service = await startService(t, { ...(await databaseStorage(t)), BOOTSTRAP_API_KEY: secret });
    const send = senderTo(() => service, secret);
    const world = await madeWorld(send);
    const { roundId } = world;
    const directory = await temporaryDirectory(t);
    if (!hasSqlite) {
      const ended = await runCommand('follow', [directory, '--to', 'sqlite', '--url', service.address], {
        variables: { PROT_API_KEY: secret },
      });
      t.match(ended.stderr, /SQLite needs Node 22.13 or newer/);
      t.equal(ended.code, 2);
      return;
    }
    await followOnce(t, service, ['--to', 'sqlite', directory], secret);
    for (let n = 0; n < 40; n += 1) await changeSomething(send, world, n);
    await followOnce(t, service, ['--to', 'sqlite', directory], secret);
    const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite');
    const database = new DatabaseSync(join(directory, 'registry.sqlite'));
    t.teardown(() => database.close());
    const rows: { id: string; kind: string; record: string }[] = database.prepare('select * from records').all();
    const copyOf = async (kind: string): Promise<Copy> =>
      new Map(rows.filter((row) => row.kind === kind).map(({ id, record }) => [id, JSON.parse(record)]));
    await requireCopy(t, send, copyOf, roundId);
  },
);

/** Sends until it is answered: the service may be away for a while. What is refused is no matter here. */
function senderTo(service: () => RunningService, key: string): Send {
  return async (method, path, body, by = key) => {
    for (let isThere = true; ; ) {
      try {
        const answer = await fetch(`${service().address}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${by}`,
            ...(isThere && { 'if-match': '*' }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        if (answer.status === 412 && isThere) {
          isThere = false;
          continue;
        }
        if (answer.status < 500) return text === '' ? {} : JSON.parse(text);
      } catch {
        // It was killed, and comes again.
      }
      await delay(30);
    }
  };
}

async function madeWorld(send: Send) {
  const round = await send('POST', '/v1/rounds', roundContent);
  const roundId = String(round.roundId);
  await send('POST', `/v1/rounds/${roundId}/opening`);
  const groupIds: string[] = [];
  for (const [index, areaCode] of ['401001', '400201', '401002', '4003'].entries()) {
    const group = await send('POST', '/v1/groups', { registrationNo: `F-${index}`, name: `กลุ่ม ${index}`, areaCode });
    const groupId = String(group.groupId);
    groupIds.push(groupId);
    await send('PUT', `/v1/groups/${groupId}/figures/2012-03-31`, {
      memberCount: index,
      savingsBaht: 10.25,
      developmentLevel: 2,
      source: null,
    });
    await send('PUT', `/v1/rounds/${roundId}/targets/${groupId}`, { teamId: null });
  }
  const everywhere = { areaCode: null, expiresAt: null };
  const reviewer = { name: 'Reviewer', permissions: ['assessments:review'], ...everywhere };
  const { secret: reviewKey } = await send('POST', '/v1/api-keys', reviewer);
  return { groupIds, roundId, reviewKey: String(reviewKey) };
}

async function changeSomething(send: Send, { groupIds, roundId, reviewKey }: World, n: number) {
  const groupId = groupIds[n % groupIds.length];
  const sheet = `/v1/rounds/${roundId}/assessments/${groupId}`;
  const figures = `/v1/groups/${groupId}/figures/20${10 + (n % 3)}-03-31`;
  switch (n % 8) {
    case 0:
      return send('PATCH', `/v1/groups/${groupId}`, { name: `ชื่อ ${n}` });
    case 1:
      return send('PUT', figures, { memberCount: n, savingsBaht: n / 4, developmentLevel: 1, source: null });
    case 2:
      return send('DELETE', figures);
    case 3:
      return send('PUT', sheet, sheetFrom(String((n % 3) + 1).repeat(19)));
    case 4:
      return send('POST', `${sheet}/submission`);
    case 5:
      if (n % 3 === 0) return send('POST', `${sheet}/confirmation`, undefined, reviewKey);
      return send('POST', `${sheet}/return`, { reason: 'ตรวจใหม่' }, reviewKey);
    case 6:
      return send('POST', '/v1/teams', { name: `ทีม ${n}`, tier: 'province', areaCode: '40', members: [] });
    default:
      return send('PATCH', `/v1/groups/${groupId}`, { areaCode: ['401001', '400201', '4003'][n % 3] });
  }
}

async function followOnce(t: Test, { address }: RunningService, args: string[], key: string): Promise<void> {
  const ended = await runCommand('follow', [...args, '--once', '--url', address], { variables: { PROT_API_KEY: key } });
  if (ended.code !== 0) t.comment(ended.stderr);
  t.equal(ended.code, 0);
}

const lists: Readonly<Record<string, (roundId: string) => string>> = {
  group: () => '/v1/groups',
  figures: () => '/v1/figures',
  team: () => '/v1/teams',
  round: () => '/v1/rounds',
  target: (roundId) => `/v1/rounds/${roundId}/targets`,
  assessment: (roundId) => `/v1/rounds/${roundId}/assessments`,
};

/** What a list shows of other records beside the record's own fields. */
const ofOthers: ReadonlySet<string> = new Set(['registrationNo', 'groupName', 'areaCode', 'result']);

async function requireCopy(
  t: Test,
  send: Send,
  copyOf: (kind: string) => Promise<Copy>,
  roundId: string,
): Promise<void> {
  for (const [kind, path] of Object.entries(lists)) {
    const copy = await copyOf(kind);
    const list = await listed(send, path(roundId));
    t.ok(list.length > 0, `${list.length} of ${kind}`);
    t.strictSame([...copy.keys()].sort(), list.map((row) => idOf(kind, row)).sort(), `the same ${kind}`);
    for (const row of list) {
      const copied = copy.get(idOf(kind, row)) ?? {};
      const derived = (name: string) => ['target', 'assessment', 'figures'].includes(kind) && ofOthers.has(name);
      const names = Object.keys(row).filter((name) => !derived(name));
      t.strictSame(only(copied, names), only(row, names), `${kind} ${idOf(kind, row)}`);
    }
  }
}

function only(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function idOf(kind: string, row: Row): string {
  if (kind === 'figures') return `${row.groupId}/${row.asOf}`;
  if (kind === 'target' || kind === 'assessment') return `${row.roundId}/${row.groupId}`;
  return String(row[`${kind}Id`]);
}

async function listed(send: Send, path: string): Promise<Row[]> {
  const page = await send('GET', `${path}?limit=500`);
  return page.items as Row[];
}

async function ndjsonCopy(directory: string, kind: string): Promise<Copy> {
  const text = await readFile(join(directory, 'latest', `${kind}.ndjson`), 'utf8').catch(() => '');
  const rows = text.split('\n').filter(Boolean);
  return new Map(rows.map((line) => JSON.parse(line)).map(({ id, record }) => [id, record]));
}
