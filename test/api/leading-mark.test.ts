/** A byte order mark at the beginning of a text is no part of it: editors put it there, and nobody sees it. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { makeGroup, makeRound, scoresFrom, setTarget, sheetPath } from '../support/world.js';

const { admin } = await startTestApp(t);
const mark = '\uFEFF';

t.test(
  'a text that begins with a byte order mark is kept without it, and the same PUT twice makes one version',
  async (t) => {
    const { groupId, registrationNo } = await makeGroup(admin);
    const { roundId } = await makeRound(admin);
    await setTarget(admin, roundId, groupId);
    const group = { registrationNo, name: `${mark}กลุ่ม`, areaCode: '401001', villageName: `${mark}บ้าน` };
    const scores = scoresFrom('3').map((score) => ({ ...score, reason: `${mark}เหตุผล` }));
    const puts: [path: string, body: object, kept: object][] = [
      [`/v1/groups/${groupId}`, group, { name: 'กลุ่ม', villageName: 'บ้าน' }],
      [sheetPath(roundId, groupId), { assessedOn: '2012-04-12', scores, summary: `${mark}สรุป` }, { summary: 'สรุป' }],
    ];
    for (const [path, body, kept] of puts) {
      const first = await admin.put(path, body, path.includes('assessments') ? {} : { 'if-match': '*' });
      t.ok([200, 201].includes(first.status), `${path}: ${first.status}`);
      t.match(first.body, kept);
      const again = await admin.put(path, body);
      t.strictSame([again.status, again.body.version], [200, first.body.version], 'nothing has changed');
      t.notOk(JSON.stringify((await admin.get(path)).body).includes(mark));
    }
  },
);
