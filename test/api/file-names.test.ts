import t from 'tap';
import { startTestApp } from '../support/app.js';
import { made, makeGroup, makeRound, roundContent, setTarget } from '../support/world.js';

const { app, admin } = await startTestApp(t);

async function nameOf(path: string, accept: string): Promise<string> {
  const { status, headers } = await admin.get(path, { accept });
  const [, name = ''] = /^attachment; filename="([\w.-]+)"$/.exec(String(headers['content-disposition'])) ?? [];
  if (status !== 200 || name === '') throw new Error(`${path}: ${status} ${headers['content-disposition']}`);
  return name;
}

t.test('whole lists that belong to something name it: two of them in one minute never have one name', async (t) => {
  const groups = [await makeGroup(admin), await makeGroup(admin)];
  const rounds = [await makeRound(admin), await makeRound(admin, { ...roundContent, roundNo: 2 })];
  const country = await makeRound(admin, { ...roundContent, roundNo: 3, areaCode: null });
  for (const { roundId } of rounds) await setTarget(admin, roundId, groups[0].groupId);
  const plans = await Promise.all(
    rounds.map(({ roundId }) =>
      made(admin.post('/v1/plans', { roundId, tier: 'province', areaCode: '40', title: 'แผน' })),
    ),
  );
  /** By the parameter that says what a list belongs to: two owners, and what each is called in the name. */
  const owners: Record<string, { ids: string[]; called: string[] }> = {
    groupId: { ids: groups.map(({ groupId }) => groupId), called: groups.map(({ groupId }) => groupId) },
    roundId: { ids: rounds.map(({ roundId }) => roundId), called: ['2555-1-40', '2555-2-40'] },
    planId: { ids: plans.map(({ planId }) => planId), called: plans.map(({ planId }) => planId) },
  };
  // Those of published rounds are looked at in open-data.test.
  const nested = app.operations.filter(
    ({ answer, path, shared }) => answer.streams !== undefined && path.includes('{') && shared === undefined,
  );
  t.ok(nested.length >= 4, `${nested.length} lists`);
  for (const { operationId, path, answer } of nested) {
    const [, parameter = ''] = /\{(\w+)\}/.exec(path) ?? [];
    const { ids = [], called = [] } = owners[parameter] ?? {};
    for (const [ending, type] of [
      ['csv', 'text/csv'],
      ['ndjson', 'application/x-ndjson'],
    ] as const) {
      const names = await Promise.all(ids.map((id) => nameOf(path.replace(/\{\w+\}/, id), type)));
      t.equal(new Set(names).size, 2, `${operationId} has two names`);
      for (const [index, name] of names.entries()) {
        const expected = `^${answer.streams?.file}-${called[index]}-\\d{4}-\\d\\d-\\d\\dT\\d{4}Z\\.${ending}$`;
        t.match(name, new RegExp(expected));
      }
    }
  }
  t.match(await nameOf(`/v1/rounds/${country.roundId}/targets`, 'text/csv'), /^targets-2555-3-th-/);
  t.match(await nameOf('/v1/groups', 'text/csv'), /^groups-\d{4}-/, 'and one that belongs to nothing names nothing');
});
