/** The promises of the house that no other tool checks; src/README.md says why they are there. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import '../../src/app.js';
import { configReference } from '../../src/config.js';
import { recordKinds } from '../../src/platform/record/record.js';
import { replayedResources } from '../support/replay.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const sources = await sourceFiles();

/** Longer than 300 lines, and no shorter for being split. */
const longFiles: Record<string, string> = {
  'src/domain/problem.ts': 'the catalogue of everything that can be refused is one list',
  'src/domain/remedy.ts': 'what to do about each of them is one list',
  'src/domain/rule-code.ts': 'the catalogue of what a request can break is one list',
};

const signed =
  'asks who wrote a record that the caller holds and may sign off, and tells the caller of its own acts alone';
const found =
  'finds the row that a write is about; the action requires its area and answers 404 for one that is hidden';
const named = 'adds names to rows that were cut to the area themselves';
const ofPlan = 'the actions of a plan that was found visible';
const ofAction = 'joins the plan to actions that were cut to the area themselves';
const classified = 'judges the rows of a file by the set; for a row about what is hidden there is nothing';
const merged = 'writes rows that were classified, and `write` refuses the set if one lies outside';
const sealedWhole = 'hashes what is there, and gives nothing of it to anybody';
const logged = 'reads more of what a change is about that was cut to the area itself';
const sends = 'sends by itself what a reader of the area of the webhook sees; nobody asked';
const planned = 'of a place that the caller was found to plan for';
/** What actions do. */
const verbs = new Set(
  (
    'add advance authenticate begin cache change classify clear confirm copy create describe draft drop find forget form get import ' +
    'load lock make merge move prepare read reason recall record register require restore retitle return revoke rotate save seal set ' +
    'stage start send submit suggest try write'
  ).split(' '),
);
/** Who may read a table without the cut to the caller's area, and why. This list only shrinks. */
const readsEverywhere: Record<string, string> = {
  'access/ended.store.ts isSignInEnded': 'finds out who calls, before there is an area to cut by',
  'api-keys/api-keys.store.ts changeSecret': found,
  'api-keys/api-keys.store.ts hasKeys': 'asks whether the database is new',
  'api-keys/api-keys.store.ts listValidKeys': 'finds out who calls, before there is an area to cut by',
  'api-keys/api-keys.store.ts lockKey': found,
  'assessments/assessments.store.ts findAndLockAssessment': found,
  'assessments/assessments.store.ts withGroup': named,
  'assessments/at-once.store.ts worksWhereTheSheetLies':
    'asks about a team that the caller names for a sheet it may write',
  'assessments/at-once.store.ts written': 'cuts to the area itself, and answers nothing for what lies outside',
  'assessments/bulk.store.ts changedSheets': merged,
  'assessments/bulk.store.ts classifySheets': classified,
  'assessments/scoring-context.store.ts contextQuery': found,
  'changes/acts.store.ts findLastWith': signed,
  'changes/acts.store.ts listLastActs': signed,
  'changes/feed-position.store.ts isExpired': 'asks how old the log is, and tells nothing of what',
  'changes/feed-position.store.ts findLastPosition': 'asks how far the log goes, and tells nothing of what',
  'changes/feed.store.ts readFeed': 'cuts to the area before and after each change itself',
  'changes/moments.store.ts readClock': 'asks when the registry began, and tells nothing of what',
  'comparison/comparison.store.ts listPairedGroups': named,
  'comparison/comparison.store.ts listPlannedStates': ofAction,
  'feed/records.store.ts listChanges': logged,
  'feed/records.store.ts listChangesAbout': logged,
  'feed/views.store.ts readInstruments': logged,
  'figures/bulk.store.ts classifyFigures': classified,
  'figures/bulk.store.ts refreshedGroups': merged,
  'groups/bulk.store.ts changedGroups': merged,
  'groups/bulk.store.ts freeNumbers': merged,
  'groups/bulk.store.ts classifyGroups': classified,
  'groups/group-list.store.ts hasNumber': 'gives ids to a list that is cut to the area',
  'groups/group-reference.store.ts findSharedNumbers': classified,
  'groups/group-reference.store.ts joinedGroup': classified,
  'groups/groups.store.ts findAndLockGroup': found,
  'health/health.store.ts listHealth': 'adds round and instrument to sheets that were cut to the area themselves',
  'plan-coverage/plan-coverage.store.ts failedWithPlans': ofAction,
  'plan-coverage/plan-coverage.store.ts listCoverage': named,
  'plan-coverage/plan-coverage.store.ts sumBudgets': ofAction,
  'plans/actions.store.ts actionsInOrder': ofPlan,
  'plans/actions.store.ts countActions': ofPlan,
  'plans/actions.store.ts getActionRow': ofPlan,
  'plans/actions.store.ts listActionsOfPlace': planned,
  'plans/actions.store.ts listAllActions': ofPlan,
  'plans/findings.store.ts findSubmittedSheet': planned,
  'plans/findings.store.ts listFailedGroups': planned,
  'plans/findings.store.ts plannedCriteria': planned,
  'plans/context.store.ts fetchPlanContext': planned,
  'plans/plans.store.ts findAndLockOpenPlan': found,
  'plans/plans.store.ts having': 'looks at the actions of plans that were cut to the area themselves',
  'plans/plans.store.ts lockPlan': found,
  'rounds/published.store.ts keepAsPublished': 'keeps what a round shows, which the caller may publish',
  'rounds/round-targets.store.ts countTargetsOfRound': 'asks about the targets of a round that the caller may change',
  'rounds/round-targets.store.ts hadSubmission': 'asks about the sheets of a round that the caller may change',
  'rounds/rounds.store.ts findAndLockRound': found,
  'seals/seals.store.ts isWorthSealing': sealedWhole,
  'seals/seals.store.ts listSealedChanges': sealedWhole,
  'statistics/statistics.store.ts fetchWeights': 'adds figures to sheets that were cut to the area themselves',
  'targets/bulk.store.ts changedTargets': merged,
  'targets/bulk.store.ts classifyTargets': classified,
  'targets/bulk.store.ts targetedIn': 'cuts to the area itself: a group may be seen where it is a target',
  'targets/targets.store.ts findAndLockTarget': found,
  'targets/targets.store.ts listCopySources':
    'copies from a round that was found visible into one the caller may change',
  'targets/targets.store.ts withGroup': named,
  'teams/teams.store.ts findAndLockTeam': found,
  'teams/teams.store.ts teamNames': named,
  'webhooks/cursors.store.ts listDueWebhooks': sends,
  'webhooks/webhooks.store.ts findActiveWebhook': sends,
  'webhooks/webhooks.store.ts hasActiveWebhooks': sends,
  'webhooks/webhooks.store.ts lockWebhook': found,
  'webhooks/webhooks.store.ts withProgress': 'names the columns of what was cut to the area',
};

t.test("README's configuration table lists every environment variable, in the order of src/config.ts", async (t) => {
  const readme = await readFile(join(root, 'README.md'), 'utf8').catch(() => '');
  const listed = [...readme.matchAll(/^\| *`([A-Z][A-Z0-9_]+)` *\|/gm)].map(([, name]) => name);
  t.strictSame(
    listed,
    configReference.map(({ name }) => name),
  );
});

t.test('every file of a resource ends in what it may know', async (t) => {
  const endings = /\.(contract|routes|actions|store|table|record)\.ts$/;
  const others = sources.filter(({ path }) => path.startsWith('src/resources/') && !endings.test(path));
  t.strictSame(pathsOf(others), [], 'name it .contract, .routes, .actions, .store, .table or .record, or move it');
});

t.test('an ending says the truth: a store asks the database, an action does something', async (t) => {
  const ending = (end: string) => sources.filter(({ path }) => path.startsWith('src/resources/') && path.endsWith(end));
  const functionsOf = ({ text }: Source) => [
    ...text.matchAll(/^export (async )?function (\w+)(?:<[^(]*>)?\(\s*(\w*)[\s\S]*?\)(?:: ([^{]*))? \{/gm),
  ];
  const silent = ending('.store.ts').flatMap((source) =>
    functionsOf(source).flatMap(([, isAsync, name, first, gives = '']) =>
      (isAsync || gives.startsWith('Promise')) && first !== 'db' && first !== 'tx' ? [`${source.path} ${name}`] : [],
    ),
  );
  t.strictSame(silent, [], 'whoever waits for the database takes `db` or `tx` first');
  const writes = /\.(?:insert|update|delete)\(|\bfor (?:update|share)\b|\.for\(/;
  const unguarded = ending('.store.ts').flatMap(({ path, text }) =>
    text
      .split(/^(?=(?:export )?(?:async )?function )/m)
      .filter((code) => writes.test(code) && /^(?:export )?(?:async )?function \w+\(\s*db\b/.test(code))
      .map((code) => `${path} ${/function (\w+)/.exec(code)?.[1]}`),
  );
  t.strictSame(unguarded, [], 'whoever writes or locks takes `tx`');
  const sqlFiles = ending('.store.ts').filter(({ text }) => !/platform\/db\/|drizzle-orm/.test(text));
  t.strictSame(pathsOf(sqlFiles), [], 'a store without SQL is none');
  const nouns = ending('.actions.ts').flatMap((source) =>
    functionsOf(source).flatMap(([, , name = '']) =>
      verbs.has(/^[a-z]+/.exec(name)?.[0] ?? '') ? [] : [`${source.path} ${name}`],
    ),
  );
  t.strictSame(nouns, [], 'an action is named by what it does; add a verb to the list');
});

t.test('no file is longer than 300 lines, but for the listed ones', async (t) => {
  const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > 300);
  t.strictSame(pathsOf(long), Object.keys(longFiles), 'a file of 300 lines asks to be two');
});

t.test('a table is read without the cut to its areas only where the list says why', async (t) => {
  const readers = new Set(sources.flatMap(readersEverywhere));
  t.strictSame([...readers].sort(), Object.keys(readsEverywhere).sort(), 'read `visibleTo(principal)` instead');
});

t.test(
  'every declared operation is served, and listed in openapi/operations.txt with the file of its route',
  async (t) => {
    const listing = await readFile(join(root, 'openapi/operations.txt'), 'utf8');
    const listed = listing
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ +/).join(' '));
    t.strictSame(listed.sort(), (await declaredOperations()).sort(), 'serve it in app.ts, then `npm run openapi`');
  },
);

t.test('the dependency rules saw every file', async (t) => {
  const depcruise = join(root, 'node_modules/.bin/depcruise');
  const options = { cwd: root, maxBuffer: 1e8 };
  const { stdout } = await promisify(execFile)(
    depcruise,
    ['src', '--config', '.dependency-cruiser.cjs', '-T', 'json'],
    options,
  );
  const modules: { source: string; dependencies: unknown[] }[] = JSON.parse(stdout).modules;
  const seen = modules.map(({ source }) => source).filter((path) => path.startsWith('src/'));
  t.strictSame(seen.sort(), pathsOf(sources).sort(), 'with a compiler it does not know it passes and has read nothing');
  const imports = modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  t.ok(imports > 2 * sources.length, `it followed ${imports} imports`);
});

t.test('the replay of the changes knows every kind of record', (t) => {
  const kinds = recordKinds().map(({ resource }) => resource);
  t.strictSame(kinds.sort(), [...replayedResources].sort(), 'add the kind to test/support/replay.ts');
  t.end();
});

interface Source {
  path: string;
  text: string;
}

async function sourceFiles(): Promise<Source[]> {
  const names = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const read = names.sort().map(async (name) => ({
    path: `src/${name}`,
    text: await readFile(join(root, 'src', name), 'utf8'),
  }));
  return Promise.all(read);
}

function pathsOf(files: readonly Source[]): string[] {
  return files.map(({ path }) => path);
}

/**
 * The functions that use a raw table as something to read: not its columns, its type, what is written to it, or a
 * condition or lock on it. Reading it by its plain name in SQL text counts too.
 */
function readersEverywhere({ path, text }: Source): string[] {
  if (path.endsWith('.table.ts') || !path.startsWith('src/resources/')) return [];
  const code = text.replace(/^import[\s\S]*?;$/gm, '').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const notRead = String.raw`typeof |(?:insert|update|delete|getTableColumns|namedColumns)\(|(?:storedIn|acceptedColumns)\(\w+, |(?:update|insert into) \$\{|\.where\(\w+\(|of: `;
  const raw = new RegExp(String.raw`(?<!${notRead})\b\w*everywhere\b(?!\.)|\b(?:from|join) (?:${rawTables()})\b`, 'gi');
  return [...code.matchAll(raw)].map(
    ({ index }) => `${path.slice('src/resources/'.length)} ${functionAround(code, index)}`,
  );
}

/** The names in the database of the tables that are cut to areas. */
function rawTables(): string {
  const declared = sources.flatMap(({ text }) => [...text.matchAll(/\w+Everywhere = pgTable\(\s*'(\w+)'/g)]);
  return declared.map(([, name]) => name).join('|');
}

function functionAround(code: string, index: number): string {
  return [...code.slice(0, index).matchAll(/^(?:export )?(?:async )?function (\w+)/gm)].at(-1)?.[1] ?? '(no function)';
}

/** What the contracts export, as lines of operations.txt, each with the file that hands the export to a `serve...`. */
async function declaredOperations(): Promise<string[]> {
  const contracts = pathsOf(sources).filter((path) => path.endsWith('.contract.ts'));
  const lines = contracts.map(async (path) => {
    const exported: Record<string, unknown> = await import(`../../${path.replace(/\.ts$/, '.js')}`);
    return Object.entries(exported).flatMap(([name, value]) =>
      isOperation(value) ? [`${value.operationId} ${value.method} ${value.path} ${serversOf(name).join(' ')}`] : [],
    );
  });
  return (await Promise.all(lines)).flat();
}

function serversOf(name: string): string[] {
  const call = new RegExp(`\\bserve\\w*\\(\\s*app,\\s*(\\w+,\\s*)?${name}\\b`);
  return pathsOf(sources.filter(({ path, text }) => path.endsWith('.routes.ts') && call.test(text)));
}

function isOperation(value: unknown): value is { operationId: string; method: string; path: string } {
  return typeof value === 'object' && value !== null && 'operationId' in value;
}

t.test('nothing in the domain, the scoring or the API reads the clock of the node', (t) => {
  const judging = sources.filter(({ path }) => /^src\/(domain|scoring|resources)\//.test(path));
  const readers = judging.filter(({ text }) => /new Date\(\)|Date\.now\(/.test(text)).map(({ path }) => path);
  t.strictSame(readers, [], 'src/platform/db/clock.ts asks the database');
  t.end();
});
