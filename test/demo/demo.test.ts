import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { type Call, listAll, makeCall } from '../../src/demo/client.js';
import type { Answer } from '../support/client.js';
import { temporaryDirectory, withDatabase } from '../support/process.js';
import { replay } from '../support/replay.js';

const demoPath = fileURLToPath(new URL('../../src/commands/demo.js', import.meta.url));

/** A time limit may kill a test before its teardowns; its child must end with it, so it watches their pipe. */
const endWithTheTest = `data:text/javascript,
  process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL')).resume().unref();`;

const lastLine = 'Stop with Ctrl+C; the data stays.';

t.setTimeout(300_000);

t.test(
  'npm run demo: killed and started again it prints the published table, and once more changes nothing',
  async (t) => {
    const DATA_DIR = await temporaryDirectory(t);
    const interrupted = runDemo(t, DATA_DIR);
    await interrupted.prints('Invented: drafting');
    await interrupted.kill('SIGKILL');

    const first = runDemo(t, DATA_DIR);
    await first.prints(lastLine);
    t.match(first.output(), 'DEMONSTRATION DATA, reconstructed from published totals');
    showsGoldenFigures(t, publishedPart(first.output()));
    showsTheInventedRest(t, inventedPart(first.output()));
    const before = await recordsOf(callOf(first.output()));
    t.equal(before.groups?.length, 1_061);
    t.equal(before.rounds?.length, 2);
    t.equal(before.plans?.length, 44);
    await first.kill('SIGTERM');

    const second = runDemo(t, DATA_DIR);
    await second.prints(lastLine);
    t.equal(publishedPart(second.output()), publishedPart(first.output()), 'the same table');
    t.equal(inventedPart(second.output()), inventedPart(first.output()), 'and the same second part');
    t.notMatch(second.output(), 'Registering', 'nothing is loaded again');
    t.strictSame(await recordsOf(callOf(second.output())), before, 'and every record is as it was');
    await showsTheTotalsToEverybody(t, second.output());
    await keepsTheTotalsOfTheDay(t, callOf(second.output()));
    await second.kill('SIGTERM');
    await withDatabase({ DATA_DIR }, async (db) => {
      const { records, differences } = await replay(db);
      t.strictSame(differences, [], 'its changes, laid one over the other, are its tables');
      t.ok(records > 2 * 1_061, `${records} records`);
    });
  },
);

function showsGoldenFigures(t: Test, table: string): void {
  const lines: [string, string][] = [
    ['Groups', '1,061'],
    ['Members', '74,803'],
    ['Pledged savings', '388,961,490 baht'],
    ['Development level 1/2/3', '35 / 240 / 786'],
    ['Targets', '160 of 786 groups at development level 3 (20.35 %), designated'],
    ['Most criteria passed', '18'],
    ['Fewest criteria passed', '1'],
    ['Well managed', '0'],
  ];
  for (const [label, figures] of lines)
    t.ok(table.includes(`\n${label.padEnd(27)}${figures}\n`), `${label}: ${figures}`);
  const [passed, failed] = [...table.split(/(?=Passed most often|Failed most often)/).slice(1)].map(rankedIn);
  t.strictSame(passed, [
    '1 16 142 160 88.75',
    '2 17 130 160 81.25',
    '3 11 127 160 79.37',
    '4 10 123 160 76.87',
    '5 13 117 160 73.12',
  ]);
  t.strictSame(failed, [
    '1 18 131 160 81.87',
    '2 19 126 160 78.75',
    '3 2 100 160 62.50',
    '4 4 96 160 60.00',
    '5 6 90 160 56.25',
  ]);
  t.notMatch(table, '881.87', 'the misprint of the report');
  t.notMatch(table, '79.38', 'percentages are cut, not rounded');
}

/** What was published of May 2012 is answered for that day, whatever came later. */
async function keepsTheTotalsOfTheDay(t: Test, call: Call): Promise<void> {
  const summary = async (query: string) => (await call('GET', `/v1/groups/summary?area=40${query}`)).body;
  const published = {
    groups: 1_061,
    groupsWithoutFigures: 0,
    memberCount: 74_803,
    savingsBaht: 388_961_490,
    byDevelopmentLevel: [
      { developmentLevel: 1, groups: 35 },
      { developmentLevel: 2, groups: 240 },
      { developmentLevel: 3, groups: 786 },
      { developmentLevel: null, groups: 0 },
    ],
  };
  t.hasStrict(await summary(''), published);
  const [one, two] = (await call('GET', '/v1/groups?area=40&developmentLevel=3&limit=2')).body.items;
  const newer = { memberCount: 1_000, savingsBaht: 2_000_000.5, developmentLevel: 1 };
  await call('PUT', `/v1/groups/${one.groupId}/figures/2012-06-01`, newer);
  await call('PUT', `/v1/groups/${two.groupId}/figures/2013-03-31`, newer);
  t.hasStrict(await summary('&figuresAsOf=2012-05-31'), { ...published, figuresAsOf: '2012-05-31' });
  const { memberCount } = one.figures;
  t.hasStrict(
    await summary('&figuresAsOf=2012-06-01'),
    { memberCount: 74_803 - memberCount + 1_000 },
    'a day later the newer ones of one group count',
  );
  t.hasStrict(await summary(''), { memberCount: 74_803 - memberCount - two.figures.memberCount + 2_000 });
}

/** The totals of the report can be read without a key; of 26 districts with six groups each there is little that may be. */
async function showsTheTotalsToEverybody(t: Test, output: string): Promise<void> {
  const address = /^Browse and try the API: (\S+)\/docs$/m.exec(output)?.[1] ?? '';
  const read = async (path: string): Promise<Answer['body']> =>
    (await fetch(`${address}/v1/open-data/rounds${path}`)).json();
  const first = (await read('')).items.find(({ roundNo }: { roundNo: number }) => roundNo === 1);
  const { assessed, criteria } = await read(`/${first.roundId}/statistics`);
  t.equal(assessed, 160);
  t.hasStrict(criteria[17], { criterionNo: 18, assessed: 160, failed: 131, failedPercent: 81.87, passed: 29 });
  t.hasStrict(criteria[15], { criterionNo: 16, passed: 142, passedPercent: 88.75, failed: 18 });
  const { items } = await read(`/${first.roundId}/areas?kind=district&limit=100`);
  t.equal(items.length, 26);
  for (const area of items) {
    for (const { passed, failed } of area.criteria) t.ok(passed === null || Math.min(passed, failed) >= 5);
  }
}

/** Rank, criterion, groups, total and percent of each line of a top five. */
function rankedIn(list: string): string[] {
  const ranked = /^ +(\d+) +criterion +(\d+) +(\d+) +(\d+) +(\d+\.\d\d) /gm;
  return [...list.matchAll(ranked)].map((found) => found.slice(1).join(' '));
}

function showsTheInventedRest(t: Test, part: string): void {
  t.match(part, /^INVENTED FOR DEMONSTRATION \/ ข้อมูลสมมติ/);
  t.match(part, /Groups compared +154 .* 6 in round 1 alone, 0 in round 2 alone/);
  const [improved, unchanged, declined] = ['Improved', 'Unchanged', 'Declined'].map((label) =>
    Number(new RegExp(`^${label} +(\\d+)`, 'm').exec(part)?.[1]),
  ) as [number, number, number];
  t.equal(improved + unchanged + declined, 154);
  t.equal(part.match(/^ +criterion .* (< )?0\.\d{4} /gm)?.length, 4, 'three gains and a loss, each with its p');
  t.match(part, 'not proof that the plans were the cause');
  for (const tier of ['group', 'district', 'province']) t.match(part, new RegExp(`^ +${tier} +\\d+ +\\d+,000$`, 'm'));
  // Thai vowels and tones above and below a letter take no column of their own.
  const tooWide = part.split('\n').filter((line) => line.replace(/\p{M}/gu, '').length > 100);
  t.strictSame(tooWide, []);
}

/** From the title of the round to the line that says where it was fetched. */
function publishedPart(output: string): string {
  return output.slice(output.indexOf('\nตรวจสุขภาพ'), output.indexOf('\nThe table was fetched'));
}

function inventedPart(output: string): string {
  return output.slice(output.indexOf('INVENTED'), output.indexOf('\nThese were fetched'));
}

/** The printed key at the printed address. */
function callOf(output: string): Call {
  const address = /^Browse and try the API: (\S+)\/docs$/m.exec(output)?.[1] ?? '';
  const secret = /^With this admin key: +(prot_\S+)$/m.exec(output)?.[1] ?? '';
  return makeCall(address, secret);
}

/** Everything the demonstration loads, with versions and instants, so that an update would show too. */
async function recordsOf(call: Call): Promise<Record<string, unknown[]>> {
  const rounds = await listAll(call, '/v1/rounds?limit=500');
  const plans = await listAll(call, '/v1/plans?limit=500');
  const lists = new Map<string, string>([
    ['groups', '/v1/groups?limit=500'],
    ['teams', '/v1/teams?limit=500'],
    ...rounds.flatMap(({ roundId, roundNo }): [string, string][] => [
      [`targets ${roundNo}`, `/v1/rounds/${roundId}/targets?limit=500`],
      [`sheets ${roundNo}`, `/v1/rounds/${roundId}/assessments?limit=500`],
    ]),
    ...plans.map(({ planId }): [string, string] => [`actions ${planId}`, `/v1/plans/${planId}/actions?limit=500`]),
  ]);
  const records: Record<string, unknown[]> = { rounds, plans };
  for (const [name, path] of lists) records[name] = await listAll(call, path);
  return records;
}

interface DemoProcess {
  output(): string;
  /** Waits until it has printed this; rejects when it ends without. */
  prints(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<unknown>;
}

function runDemo(t: Test, DATA_DIR: string): DemoProcess {
  const { PATH = '', TMPDIR = tmpdir() } = process.env;
  // tap sets NODE_OPTIONS in every child, to watch what it loads: it would run several times as slowly.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, '--import', endWithTheTest, demoPath];
  const child = spawn('env', command, {
    env: { PATH, TMPDIR, HOST: '127.0.0.1', PORT: '0', DATA_DIR, PUBLIC_READING: 'true' },
    stdio: 'pipe',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return closed;
  };
  t.teardown(() => kill('SIGKILL'));
  const prints = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(text) && resolve();
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      void closed.then(() => reject(new Error(`The demonstration ended without "${text}":\n${output}`)));
      look();
    });
  return { output: () => output, prints, kill };
}
