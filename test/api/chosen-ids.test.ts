/** A caller that chooses the id of what it makes can send it again without making a second record. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { changesDuring } from '../support/state.js';
import { roundContent } from '../support/world.js';

const { database, admin } = await startTestApp(t);
const chosen = '01936d5e-6f70-7c3a-9c55-0242ac12000a';
const taken = { status: 409, code: 'id-taken' };

const made = {
  group: { path: '/v1/groups', field: 'groupId', body: { registrationNo: 'C-1', name: 'ก', areaCode: '4010' } },
  round: { path: '/v1/rounds', field: 'roundId', body: roundContent },
  team: { path: '/v1/teams', field: 'teamId', body: { name: 'ทีม', tier: 'province', areaCode: '40', members: [] } },
};
const another = {
  group: { ...made.group.body, registrationNo: 'C-2' },
  round: { ...made.round.body, roundNo: 2 },
  team: { ...made.team.body, name: 'ทีมอื่น' },
};

for (const [kind, { path, field, body }] of Object.entries(made)) {
  t.test(`a ${kind} gets the id that was chosen for it, once`, async (t) => {
    const racers = Array.from({ length: 4 }, () => admin.post(path, { ...body, [field]: chosen }));
    const answers = await Promise.all(racers);
    t.strictSame(answers.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const codes = answers.filter(({ status }) => status === 409).map((answer) => answer.body.code);
    t.strictSame(codes, ['id-taken', 'id-taken', 'id-taken'], 'whatever else of it is taken too');
    const first = answers.find(({ status }) => status === 201);
    t.strictSame([first?.body[field], first?.headers.location], [chosen, `${path}/${chosen}`]);
    t.strictSame((await admin.get(`${path}/${chosen}`)).body, first?.body);

    const again = { ...another[kind as keyof typeof another], [field]: chosen };
    const { body: problem } = await admin.refused(t, { method: 'POST', path, body: again }, taken);
    t.equal(problem.id, chosen);
    await admin.refused(t, { method: 'POST', path, body: { ...again, [field]: chosen.toUpperCase() } }, taken);
    const bad = { status: 400, code: 'invalid-input', pointers: [`/${field}`] };
    for (const id of ['1', '', null, `{${chosen}}`]) {
      await admin.refused(t, { method: 'POST', path, body: { ...again, [field]: id } }, bad);
    }
    const renamed = { method: 'PUT', path: `${path}/${chosen}`, body: again, headers: { 'if-match': '*' } } as const;
    await admin.refused(t, renamed, bad);
  });

  t.test(`a ${kind} with a chosen id is noted under it`, async (t) => {
    const id = '01936D5E-6F70-7C3A-9C55-0242AC12000B';
    const content = { ...another[kind as keyof typeof another], [field]: id };
    const changes = await changesDuring(database, () => admin.post(path, content));
    t.strictSame(
      changes.map(({ resource, resourceId, after }) => [resource, resourceId, after?.[field]]),
      [[kind, id.toLowerCase(), id.toLowerCase()]],
    );
  });
}
