/** `Idempotency-Key` with files of rows: a repetition is answered by what was done, whatever has happened since. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { startTestApp } from '../support/app.js';
import type { Call } from '../support/client.js';
import { stateOf } from '../support/state.js';
import { made, makeGroup, makeRound, setTarget, sheetFrom } from '../support/world.js';

const { admin, database } = await startTestApp(t);

/** A file of one sheet, sent under a key to a round that is closed since. */
async function sentBeforeClosing(roundNo: number): Promise<{ call: Call; text: string; roundPath: string }> {
  const group = await makeGroup(admin);
  const { roundId } = await makeRound(admin, { roundNo });
  await setTarget(admin, roundId, group.groupId);
  const roundPath = `/v1/rounds/${roundId}`;
  const call: Call = {
    method: 'POST',
    path: `${roundPath}/assessments/rows`,
    payload: `${JSON.stringify({ groupId: group.groupId, ...sheetFrom('3'.repeat(19)), status: 'submitted' })}\n`,
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': `"${randomUUID()}"` },
  };
  const first = await made(admin.send(call));
  await made(admin.post(`${roundPath}/closing`, undefined, { 'if-match': '*' }));
  return { call, text: JSON.stringify(first), roundPath };
}

t.test('a file is answered as the first time after its round was closed', async (t) => {
  const { call, text } = await sentBeforeClosing(1);
  const before = await stateOf(database);
  const again = await admin.send(call);
  t.strictSame([again.status, again.headers['idempotent-replayed']], [200, 'true']);
  t.equal(again.bytes.toString(), text);
  t.strictSame(await stateOf(database), before);
});

t.test('another file under its key is refused for the key, and a new key for the round', async (t) => {
  const { call } = await sentBeforeClosing(2);
  const other = { ...call, payload: `${call.payload}\n` };
  await admin.refused(t, other, { status: 422, code: 'idempotency-key-reused' });
  const anew = { ...call, headers: { ...call.headers, 'idempotency-key': `"${randomUUID()}"` } };
  await admin.refused(t, anew, { status: 409, code: 'round-not-open' });
});
