/** What a round rests on does not lapse: only active groups take scores, and the sample is chosen before its results. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { csv, ndjson, scoreColumns, types } from '../support/bulk.js';
import type { Call } from '../support/client.js';
import { assess, made, makeGroup, makeRound, moveRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const { admin, client } = await startTestApp(t);
const reviewer = await client();
const any = { 'if-match': '*' };
const all = '2'.repeat(19);
const closings = ['merged', 'dissolved', 'inactive'] as const;
let rounds = 0;
const nextRound = (content: object = {}) => {
  rounds += 1;
  return makeRound(admin, { fiscalYearBe: 2555, roundNo: rounds, ...content });
};
const setStatus = ({ groupId, registrationNo, name, areaCode }: Record<string, string>, status: string) =>
  made(admin.put(`/v1/groups/${groupId}`, { registrationNo, name, areaCode, status }, any));

for (const status of closings) {
  t.test(
    `a target whose group is ${status} since takes no sheet, no score, no submission and no row of a file`,
    async (t) => {
      const { roundId } = await nextRound();
      const [none, draft, submitted] = [await makeGroup(admin), await makeGroup(admin), await makeGroup(admin)];
      for (const { groupId } of [none, draft, submitted]) await setTarget(admin, roundId, groupId);
      await assess(admin, roundId, draft.groupId, all, { submitted: false });
      await assess(admin, roundId, submitted.groupId, all);
      for (const group of [none, draft, submitted]) await setStatus(group, status);
      const of = ({ groupId }: typeof none) => sheetPath(roundId, groupId);
      const single: Call[] = [
        { method: 'PUT', path: of(none), body: sheetFrom(all) },
        { method: 'PUT', path: of(draft), body: sheetFrom('3'.repeat(19)), headers: any },
        { method: 'PUT', path: `${of(draft)}/scores/2`, body: { level: 3, reason: 'ก' } },
        { method: 'POST', path: `${of(draft)}/submission`, headers: any },
      ];
      for (const call of single) {
        const { body } = await admin.refused(t, call, {
          status: 422,
          code: 'rules-broken',
          pointers: ['/path/groupId'],
        });
        t.strictSame([body.errors[0].code], ['group-not-active'], `${call.method} ${call.path}`);
      }
      const path = `/v1/rounds/${roundId}/assessments`;
      for (const { registrationNo } of [none, draft]) {
        for (const sheetStatus of ['draft', 'submitted']) {
          const head = { registrationNo, assessedOn: '2012-04-13', status: sheetStatus };
          const files: [string, string][] = [
            [types.ndjson, ndjson([{ ...head, scores: sheetFrom(all).scores }])],
            [types.csv, csv([{ ...head, ...scoreColumns(all) }])],
          ];
          for (const [type, payload] of files) {
            const call = { method: 'POST', path, payload, headers: { 'content-type': type } } as const;
            const { body } = await admin.refused(t, call, { status: 422, code: 'import-refused' });
            t.strictSame([body.errors[0].code, body.rejected], ['group-not-active', 1], `${sheetStatus} ${type}`);
          }
        }
      }
      // What says what is there already is unchanged, and what is wrong can still be taken back.
      const again = ndjson([{ registrationNo: submitted.registrationNo, ...sheetFrom(all), status: 'submitted' }]);
      const report = await admin.send({
        method: 'POST',
        path,
        payload: again,
        headers: { 'content-type': types.ndjson },
      });
      t.strictSame([report.status, report.body.unchanged], [200, 1]);
      t.equal((await reviewer.post(`${of(submitted)}/return`, { reason: 'กลุ่มยุบแล้ว' }, any)).status, 200);
      t.equal((await admin.delete(of(submitted), any)).status, 204);
      t.equal((await admin.delete(of(draft), any)).status, 204);
      await setStatus(none, 'active');
      t.equal((await admin.put(of(none), sheetFrom(all))).status, 201, 'a group that is active again takes its sheet');
    },
  );
}

const contentOf = ({
  roundId,
  status,
  openedAt,
  closedAt,
  publishedAt,
  lastReopening,
  version,
  createdAt,
  updatedAt,
  ...content
}: object & Record<string, unknown>) => content;

t.test('how targets were chosen, and from how many groups, stays from the first submission on', async (t) => {
  const round = await nextRound();
  const group = await makeGroup(admin);
  const path = `/v1/rounds/${round.roundId}`;
  const change = (fields: object): Call => ({
    method: 'PUT',
    path,
    body: { ...contentOf(round), ...fields },
    headers: any,
  });
  const others = [
    { targetSelection: 'random' },
    { targetSelection: 'census' },
    { targetPopulation: 9_000 },
    { targetPopulation: null },
    { targetSelection: 'random', title: 'รอบใหม่' },
  ];
  const stays = async (when: string) => {
    for (const fields of others) {
      await admin.refused(t, change(fields), { status: 409, code: 'round-sampled' });
    }
    t.equal((await admin.send(change({ title: `รอบ ${when}` }))).status, 200, `${when}: the rest may change`);
  };
  for (const fields of [...others, {}])
    t.equal((await admin.send(change(fields))).status, 200, 'nothing is submitted yet');
  await setTarget(admin, round.roundId, group.groupId);
  await assess(admin, round.roundId, group.groupId, all, { submitted: false });
  for (const fields of [...others, {}]) t.equal((await admin.send(change(fields))).status, 200, 'a draft is no result');
  const sheet = sheetPath(round.roundId, group.groupId);
  await made(admin.post(`${sheet}/submission`, undefined, any));
  await stays('after the submission');
  await made(reviewer.post(`${sheet}/return`, { reason: 'ก' }, any));
  await stays('after it was returned');
  await moveRound(admin, round.roundId, 'closing');
  await moveRound(admin, round.roundId, 'reopening', { reason: 'ก' });
  await stays('after it was opened again');
  await made(admin.put(sheet, sheetFrom(all), any));
  t.equal((await admin.delete(sheet, any)).status, 204);
  await stays('after its sheet was deleted');
  t.equal((await admin.delete(`${path}/targets/${group.groupId}`, any)).status, 204);
  await stays('after its target was taken off');
});

t.test('a sheet that a file submits fixes the sample as well', async (t) => {
  const round = await nextRound();
  const { groupId, registrationNo } = await makeGroup(admin);
  await setTarget(admin, round.roundId, groupId);
  const payload = ndjson([{ registrationNo, ...sheetFrom(all), status: 'submitted' }]);
  const path = `/v1/rounds/${round.roundId}`;
  await made(
    admin.send({ method: 'POST', path: `${path}/assessments`, payload, headers: { 'content-type': types.ndjson } }),
  );
  const body = { ...contentOf(round), targetSelection: 'random' };
  await admin.refused(t, { method: 'PUT', path, body, headers: any }, { status: 409, code: 'round-sampled' });
});

t.test('a population that was not known, or is smaller than the targets, may be given later', async (t) => {
  const unknown = await nextRound({ targetPopulation: null });
  const small = await nextRound({ targetPopulation: 1 });
  const groups = [await makeGroup(admin), await makeGroup(admin)];
  for (const { roundId } of [unknown, small]) {
    await setTarget(admin, roundId, groups[0]?.groupId);
    await assess(admin, roundId, groups[0]?.groupId, all);
  }
  const put = (round: Record<string, unknown>, targetPopulation: number): Call => ({
    method: 'PUT',
    path: `/v1/rounds/${round.roundId}`,
    body: { ...contentOf(round), targetPopulation },
    headers: any,
  });
  await admin.refused(t, put(small, 2), { status: 409, code: 'round-sampled' });
  await setTarget(admin, small.roundId, groups[1]?.groupId);
  t.equal((await admin.send(put(small, 2))).status, 200, 'two targets were not chosen from one group');
  await admin.refused(t, put(small, 3), { status: 409, code: 'round-sampled' });
  t.equal((await admin.send(put(unknown, 786))).status, 200);
  await admin.refused(t, put(unknown, 787), { status: 409, code: 'round-sampled' });
});
