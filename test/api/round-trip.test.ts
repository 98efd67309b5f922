/** What a collection gives, it takes back: a registry can be moved from one database to another, history and all. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import { countsOf, types, upload } from '../support/bulk.js';
import type { Client } from '../support/client.js';
import { makeOddWorld, oddGroups } from '../support/odd-world.js';
import { stateOf } from '../support/state.js';
import { made, moveRound } from '../support/world.js';

/** Another world each time; the seed in the name of the test gives the same one again, as TEST_SEED. */
const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const [groups = []] = fc.sample(oddGroups, { seed, numRuns: 1 });

type Format = keyof typeof types;

/** The collections in the order in which they are taken back. */
const collections = (roundId: string) => [
  '/v1/groups',
  '/v1/figures',
  `/v1/rounds/${roundId}/targets`,
  `/v1/rounds/${roundId}/assessments`,
];

t.test(`a registry moves to an empty database and is the same there, seed ${seed}`, async (t) => {
  const source = await startTestApp(t);
  const roundId = await makeOddWorld({ admin: source.admin, reviewer: await source.client() }, groups);
  const given = {
    ndjson: await giveAll(source.admin, roundId, 'ndjson'),
    csv: await giveAll(source.admin, roundId, 'csv'),
  };
  const lines = given.ndjson.map((file) => file.split('\n').length - 1);
  t.ok(Math.min(...lines) > 0, `there are ${lines} lines in the files`);
  for (const format of ['ndjson', 'csv'] as const) {
    await t.test(`as ${format}`, async (t) => {
      const copy = await startTestApp(t);
      await moveFrame(source.admin, copy.admin, roundId);
      await takeAll(t, copy.admin, roundId, format, given[format]);
      t.strictSame(await giveAll(copy.admin, roundId, 'ndjson'), given.ndjson, 'every byte of NDJSON is the same');
      t.strictSame(await giveAll(copy.admin, roundId, 'csv'), given.csv, 'and every byte of CSV');
      await seriesAreSame(t, source.admin, copy.admin);
      const state = await stateOf(copy.database);
      for (const query of ['?restore=true', '']) await takeAgain(t, copy.admin, roundId, format, given[format], query);
      t.strictSame(await stateOf(copy.database), state, 'the same files again change nothing');
      // Closed and not published: this one process serves three databases, and it remembers published rounds by their id.
      await moveRound(copy.admin, roundId, 'closing');
      await statisticsAreSame(t, source.admin, copy.admin, roundId);
    });
  }
});

/** The files of all collections, as text. */
async function giveAll(client: Client, roundId: string, format: Format): Promise<string[]> {
  const files = [];
  for (const path of collections(roundId)) {
    const { status, bytes } = await client.get(path, { accept: types[format] });
    if (status !== 200) throw new Error(`${path}: ${status} ${bytes}`);
    files.push(bytes.toString('utf8'));
  }
  return files;
}

/** Teams and the round are few and go one by one, under their ids; the round is opened, as sheets need it. */
async function moveFrame(from: Client, to: Client, roundId: string): Promise<void> {
  for (const { version, createdAt, updatedAt, ...team } of (await from.get('/v1/teams')).body.items) {
    await made(to.post('/v1/teams', team));
  }
  const round = (await from.get(`/v1/rounds/${roundId}`)).body;
  const { status, openedAt, closedAt, publishedAt, lastReopening, version, createdAt, updatedAt, ...content } = round;
  await made(to.post('/v1/rounds', content));
  await moveRound(to, roundId, 'opening');
}

async function takeAll(t: Test, client: Client, roundId: string, format: Format, files: string[]): Promise<void> {
  for (const [index, path] of collections(roundId).entries()) {
    const answer = await upload(client, `${path}?restore=true`, files[index] ?? '', format);
    t.strictSame([answer.status, answer.body.errors], [200, []], path);
    const { rows } = answer.body;
    t.strictSame(countsOf(answer), { rows, created: rows, updated: 0, unchanged: 0, rejected: 0 }, path);
  }
}

async function takeAgain(
  t: Test,
  client: Client,
  roundId: string,
  format: Format,
  files: string[],
  query: string,
): Promise<void> {
  // A visit outside the days of the round, which were changed after it, is no news for a restore and one for a team.
  const paths = collections(roundId).slice(0, query === '' ? 3 : 4);
  for (const [index, path] of paths.entries()) {
    const answer = await upload(client, `${path}${query}`, files[index] ?? '', format);
    const { rows } = answer.body;
    t.strictSame(countsOf(answer), { rows, created: 0, updated: 0, unchanged: rows, rejected: 0 }, `${path}${query}`);
  }
}

/** The list of all figures is one way to see them; a group and its series are others. */
async function seriesAreSame(t: Test, one: Client, other: Client): Promise<void> {
  for (const group of (await one.get('/v1/groups?limit=500')).body.items) {
    const path = `/v1/groups/${group.groupId}`;
    t.strictSame((await other.get(path)).body, group);
    t.strictSame((await other.get(`${path}/figures`)).body, (await one.get(`${path}/figures`)).body);
  }
}

async function statisticsAreSame(t: Test, one: Client, other: Client, roundId: string): Promise<void> {
  const path = `/v1/rounds/${roundId}/statistics?by=district`;
  const [{ asOf: _one, ...given }, { asOf: _other, ...taken }] = [
    (await one.get(path)).body,
    (await other.get(path)).body,
  ];
  t.strictSame(taken, given);
}
