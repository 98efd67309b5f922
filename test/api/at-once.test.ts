/** The writes of one statement: they refuse what the longer way refuses, wait for nobody and leave the same changes. */
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { faultsAtSubmission } from '../../src/domain/assessment.js';
import type { Instrument } from '../../src/domain/instrument.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { singleStatements } from '../../src/platform/db/transactions.js';
import { theService } from '../../src/resources/api-keys/api-keys.actions.js';
import { type Guard, replaceAtOnce, scoreAtOnce, submitAtOnce } from '../../src/resources/assessments/at-once.store.js';
import { findInstrumentRow } from '../../src/resources/instruments/instruments.store.js';
import { startTestApp } from '../support/app.js';
import { holdRows } from '../support/locks.js';
import { changesDuring, stateOf } from '../support/state.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { admin, database } = await startTestApp(t);
const { db } = database;
const tx = singleStatements(db);
const actor = { actorKind: 'service', actorId: 'prot', actorName: 'Prot', people: null };
const full = `1${'3'.repeat(18)}`;
const instrument = (await findInstrumentRow(db, 'fhc@1'))?.content as Instrument;
const { roundId } = await makeRound(admin);
const team = await makeTeam(admin);
const guardOf = (groupId: string, versions: readonly number[] | null = [1]): Guard => ({
  principal: theService,
  roundId,
  groupId,
  versions,
  instrument,
});
const draft = async (levels = full) => {
  const { groupId } = await makeGroup(admin);
  await setTarget(admin, roundId, groupId, team.teamId);
  await assess(admin, roundId, groupId, levels, { submitted: false });
  return groupId as string;
};
const score = { criterionNo: 2, level: 1, reason: 'ยังไม่ครบ' } as const;
const content = { teamId: undefined, assessedOn: '2012-04-13', summary: null, levels: full, reasons: {} };
const writes: [string, (guard: Guard) => Promise<unknown[]>][] = [
  ['submit', (guard) => submitAtOnce(tx, actor, guard)],
  ['score', (guard) => scoreAtOnce(tx, actor, guard, score)],
  ['replace', (guard) => replaceAtOnce(tx, actor, guard, content)],
];

t.test('at once: writes what is in order, and gives the sheet as the longer way does', async (t) => {
  for (const [name, write] of writes) {
    const groupId = await draft();
    const [answer] = await write(guardOf(groupId));
    const { scores, result, ...shown } = (await admin.get(sheetPath(roundId, groupId))).body;
    t.hasStrict(answer, { shown: { ...shown, version: 2 } }, name);
  }
});

t.test('at once: writes nothing where a guard says no', async (t) => {
  const [groupId, submitted] = [await draft(), await draft()];
  await submitAtOnce(tx, actor, guardOf(submitted));
  const closed = await makeRound(admin, { roundNo: 2 });
  await setTarget(admin, closed.roundId, groupId);
  await assess(admin, closed.roundId, groupId, full, { submitted: false });
  await moveRound(admin, closed.roundId, 'closing');
  const asleep = await draft();
  const group = (await admin.get(`/v1/groups/${asleep}`)).body;
  const { registrationNo, name, areaCode } = group;
  const closing = { registrationNo, name, areaCode, status: 'dissolved' };
  await made(admin.put(`/v1/groups/${asleep}`, closing, { 'if-match': '*' }));
  const noTarget = (await makeGroup(admin)).groupId;
  const before = await stateOf(database);
  const other = { ...theService, areaCode: '4002' };
  const guards: [string, Guard][] = [
    ['another version', guardOf(groupId, [7])],
    ['submitted already', guardOf(submitted, null)],
    ['a group that is no target', guardOf(noTarget)],
    ['a closed round', { ...guardOf(groupId), roundId: closed.roundId }],
    ['a closed group', guardOf(asleep)],
    ['outside the area of who asks', { ...guardOf(groupId), principal: other }],
    ['another instrument', { ...guardOf(groupId), instrument: { ...instrument, instrumentVersion: 2 } }],
  ];
  for (const [reason, guard] of guards) {
    for (const [name, write] of writes) t.strictSame(await write(guard), [], `${name}: ${reason}`);
  }
  t.strictSame(await stateOf(database), before);
  const here = guardOf(groupId);
  t.strictSame(await scoreAtOnce(tx, actor, here, { criterionNo: 1, level: 1, reason: 'เหตุผลข้อ 1' }), [], 'as it is');
  t.strictSame(await scoreAtOnce(tx, actor, here, { ...score, assessedOn: '2012-04-20' }), [], 'of another day');
  const elsewhere = (await makeTeam(admin, { tier: 'district', areaCode: '4002' })).teamId as string;
  for (const [reason, wrong] of [
    ['a day outside the round', { assessedOn: '2012-05-01' }],
    ['a team that works elsewhere', { teamId: elsewhere }],
    ['a team that is none', { teamId: roundId }],
  ] as const) {
    t.strictSame(await replaceAtOnce(tx, actor, here, { ...content, ...wrong }), [], reason);
  }
});

t.test('at once: waits for nobody', async (t) => {
  const groupId = await draft();
  for (const held of [
    sql`select 1 from rounds where round_id = ${roundId} for update`,
    sql`select 1 from assessments where group_id = ${groupId} for update`,
  ]) {
    const release = await holdRows(database, held);
    for (const [name, write] of writes) t.strictSame(await write(guardOf(groupId)), [], name);
    await release();
  }
  t.equal((await submitAtOnce(tx, actor, guardOf(groupId))).length, 1, 'and afterwards it writes');
});

t.test('at once: leaves the changes that the longer way leaves', async (t) => {
  // A precondition that takes any version is not one that a statement is asked with for a submission or a replacement.
  const steps: ((path: string, version: string) => Promise<unknown>)[] = [
    (path, tag) =>
      admin.put(path, sheetFrom(`2${full.slice(1)}`, { summary: 'ใหม่', teamId: null }), { 'if-match': tag }),
    (path, tag) => admin.put(path, sheetFrom(full, { assessedOn: '2012-04-14' }), { 'if-match': tag }),
    (path, tag) => admin.post(`${path}/submission`, undefined, { 'if-match': tag }),
  ];
  const changesOf = async (tags: readonly string[]) => {
    const groupId = await draft('13');
    const path = sheetPath(roundId, groupId);
    const changes = await changesDuring(database, async () => {
      for (const [index, step] of steps.entries()) await made(step(path, tags[index] ?? '') as never);
    });
    return changes.map(({ resourceId, after, ...change }) => {
      const { submittedAt, ...columns } = after ?? {};
      return { ...change, after: columns, submitted: typeof submittedAt };
    });
  };
  const atOnce = await changesOf(['"1"', '"2"', '"3"']);
  t.strictSame(atOnce, await changesOf(['*', '*', '*']));
  t.strictSame(
    atOnce.map(({ action, version }) => [action, version]),
    [
      ['assessment.changed', 2],
      ['assessment.changed', 3],
      ['assessment.submitted', 4],
    ],
  );
});

t.test('at once: a score keeps what differs of one criterion, before and after', async (t) => {
  const path = sheetPath(roundId, await draft('13'));
  const changes = await changesDuring(database, async () => {
    await made(admin.put(`${path}/scores/1`, { level: 2, reason: 'ดีขึ้น' }));
    await made(admin.send({ method: 'PATCH', path: `${path}/scores/1`, body: { level: null } }));
    await made(admin.put(`${path}/scores/7`, { level: 3, reason: null }));
    await made(admin.send({ method: 'DELETE', path: `${path}/scores/2` }));
  });
  const digits = (levels: string) => levels.padEnd(19, '0');
  t.strictSame(
    changes.map(({ version, before, after }) => [version, before, after]),
    [
      [2, { levels: digits('13'), reasons: { 1: 'เหตุผลข้อ 1' } }, { levels: digits('23'), reasons: { 1: 'ดีขึ้น' } }],
      [3, { levels: digits('23') }, { levels: digits('03') }],
      [4, { levels: digits('03') }, { levels: digits('0300003') }],
      [
        5,
        { levels: digits('0300003'), reasons: { 2: 'เหตุผลข้อ 2' } },
        { levels: digits('0000003'), reasons: { 2: null } },
      ],
    ],
  );
});

t.test('at once: of twenty who submit one version one does, and its change is there once', async (t) => {
  const groupId = await draft();
  const racers = await Promise.all(Array.from({ length: 20 }, () => submitAtOnce(tx, actor, guardOf(groupId))));
  t.equal(racers.flat().length, 1);
  const noted = await rowsOf(
    db,
    sql`select version from changes where action = 'assessment.submitted' and subject_id = ${groupId}`,
  );
  t.strictSame(noted, [{ version: 2 }]);
});

t.test('at once: a sheet that lacks something is never submitted, whatever the instrument asks for', async (t) => {
  const groupId = await draft();
  const { criteria } = instrument;
  const reasonText = fc.constantFrom('', ' ', '\u200b', '\u2800', '...', 'ก', 'a', '7', 'ไม่มี');
  const sheets = fc.record({
    levels: fc.array(fc.constantFrom('0', '1', '2', '3', '3', '3'), { minLength: 19, maxLength: 19 }),
    reasons: fc.array(fc.option(reasonText, { nil: null }), { minLength: 19, maxLength: 19 }),
    rules: fc.constantFrom('every' as const, 'failed' as const, 'none' as const),
  });
  let written = 0;
  let complete = 0;
  await fc.assert(
    fc.asyncProperty(sheets, async ({ levels, reasons, rules }) => {
      const sheet = {
        levels: levels.join(''),
        reasons: Object.fromEntries(
          criteria.flatMap(({ criterionNo }, index) =>
            typeof reasons[index] === 'string' ? [[criterionNo, reasons[index]]] : [],
          ),
        ),
      };
      await db.execute(sql`update assessments set status = 'draft', submitted_at = null, version = 1,
        levels = ${sheet.levels}, reasons = ${JSON.stringify(sheet.reasons)}::jsonb where group_id = ${groupId}`);
      const asked = { ...instrument, reasonRequired: rules };
      const answers = await submitAtOnce(tx, actor, { ...guardOf(groupId), instrument: asked });
      const isComplete = faultsAtSubmission(sheet, asked).length === 0;
      written += answers.length;
      complete += Number(isComplete);
      return answers.length === 0 || isComplete;
    }),
    { numRuns: 300, seed: 2555 },
  );
  t.ok(written > 0, 'some were complete');
  t.ok(written <= complete);
});
