/** One scheme of pointers for what is wrong with a score, whichever way it comes: into what was sent (RFC 6901). */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { csv, ndjson, scoreColumns, upload } from '../support/bulk.js';
import type { Answer } from '../support/client.js';
import { made, makeGroup, makeRound, scoresFrom, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const { admin } = await startTestApp(t);
const { roundId } = await makeRound(admin);
const { groupId, registrationNo } = await makeGroup(admin);
await setTarget(admin, roundId, groupId);
const path = sheetPath(roundId, groupId);
const [one, two, three] = scoresFrom('333');

/** What each error says of its place, and what lies there in the body that was sent. */
function placesOf({ body }: Answer, sent: unknown): unknown[] {
  return body.errors.map(({ pointer, code, criterionNo }: Record<string, string | number | undefined>) => {
    const segments = String(pointer).split('/').slice(1);
    const there = segments.reduce((here, segment) => (here as never)?.[segment], sent);
    return [pointer, code, criterionNo ?? null, Array.isArray(there) ? 'a list' : there];
  });
}

t.test('a sheet and a preview: the place in the list of scores', async (t) => {
  const scores = [one, { ...two, level: 4 }, { ...three, criterionNo: 1.5 }];
  const misshapen = [
    ['/scores/1/level', 'invalid-value', null, 4],
    ['/scores/2/criterionNo', 'invalid-type', null, 1.5],
  ];
  const sheet = sheetFrom('', { scores });
  t.strictSame(placesOf(await admin.put(path, sheet), sheet), misshapen);
  const preview = { instrument: 'fhc@1', scores };
  t.strictSame(placesOf(await admin.post('/v1/scoring/preview', preview), preview), misshapen);

  const unknown = [one, { ...two, criterionNo: 20 }, one];
  const broken = [
    ['/scores/1/criterionNo', 'criterion-unknown', 20, 20],
    ['/scores/2/criterionNo', 'criterion-repeated', 1, 1],
  ];
  const again = sheetFrom('', { scores: unknown });
  t.strictSame(placesOf(await admin.put(path, again), again), broken);
  const preview2 = { instrument: 'fhc@1', scores: unknown };
  t.strictSame(placesOf(await admin.post('/v1/scoring/preview', preview2), preview2), broken);
});

t.test('one score: the place in its body, or the part of the path', async (t) => {
  const made1 = await made(admin.put(path, sheetFrom('3')));
  const body = { level: 4, reason: 'ก' };
  t.strictSame(placesOf(await admin.put(`${path}/scores/3`, body), body), [['/level', 'invalid-value', null, 4]]);
  const { status, body: refused } = await admin.put(`${path}/scores/20`, { level: 3, reason: 'ก' });
  t.equal(status, 422);
  t.hasStrict(refused.errors, [{ pointer: '/path/criterionNo', code: 'criterion-unknown', criterionNo: 20 }]);
  await admin.delete(path, { 'if-match': `"${made1.version}"` });
});

t.test('a submission has no body to point into: the empty pointer, with the criterion', async (t) => {
  await made(admin.put(path, sheetFrom('3'.repeat(18))));
  const answer = await admin.post(`${path}/submission`, undefined, { 'if-match': '*' });
  t.strictSame(placesOf(answer, null), [['', 'level-missing', 19, null]]);
});

t.test('a line of NDJSON: the place in the line; what a list of scores lacks is at the list', async (t) => {
  const files = `/v1/rounds/${roundId}/assessments?dryRun=true`;
  const scores = scoresFrom('3'.repeat(18)).map((score) =>
    score.criterionNo === 5 ? { ...score, reason: null } : score,
  );
  const row = { registrationNo, assessedOn: '2012-04-12', status: 'submitted', scores };
  t.strictSame(placesOf(await upload(admin, files, ndjson([row])), row), [
    ['/scores/4/reason', 'reason-missing', 5, null],
    ['/scores', 'level-missing', 19, 'a list'],
  ]);
  const wrong = { ...row, scores: [one, { ...two, level: 4 }] };
  t.strictSame(placesOf(await upload(admin, files, ndjson([wrong])), wrong), [
    ['/scores/1/level', 'invalid-value', null, 4],
  ]);
});

t.test('a row of CSV is a record of its columns: the place is the cell', async (t) => {
  const files = `/v1/rounds/${roundId}/assessments?dryRun=true`;
  const row = { registrationNo, assessedOn: '2012-04-12', status: 'submitted', ...scoreColumns('3'.repeat(19)) };
  const missing = { ...row, r5: '', c19: '', r19: '' };
  t.strictSame(placesOf(await upload(admin, files, csv([missing]), 'csv'), missing), [
    ['/r5', 'reason-missing', 5, ''],
    ['/c19', 'level-missing', 19, ''],
  ]);
  const wrong = { ...row, c3: '4', assessedOn: '12/04/2555' };
  t.strictSame(placesOf(await upload(admin, files, csv([wrong]), 'csv'), wrong), [
    ['/assessedOn', 'invalid-format', null, '12/04/2555'],
    ['/c3', 'invalid-value', null, '4'],
  ]);
});
