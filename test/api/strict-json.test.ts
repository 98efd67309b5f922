/** Whatever comes in as JSON, as a body or as a line of a file, is read by one strict reader. */
import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import { upload } from '../support/bulk.js';
import { stateOf } from '../support/state.js';
import { makeGroup, makeRound, setTarget, sheetPath } from '../support/world.js';

const { database, admin } = await startTestApp(t);
const { registrationNo, groupId } = await makeGroup(admin);
const { roundId } = await makeRound(admin);
await setTarget(admin, roundId, groupId);

/** One record for each way in, as the text of its fields. */
const group = '"registrationNo":"STRICT-1","name":"ก","areaCode":"401001"';
const figures = '"memberCount":12,"savingsBaht":366500.5';
const sheet = '"assessedOn":"2012-04-12","scores":[{"criterionNo":1,"level":3,"reason":"ก"}]';
const reference = `"registrationNo":"${registrationNo}"`;
const bodies = [
  ['POST', '/v1/groups', group],
  ['PUT', `/v1/groups/${groupId}/figures/2012-03-31`, figures],
  ['PUT', sheetPath(roundId, groupId), sheet],
  ['POST', '/v1/api-keys', '"name":"ก","permissions":["read"]'],
] as const;
const files = [
  ['/v1/groups', group],
  ['/v1/figures', `${reference},"asOf":"2012-03-31",${figures}`],
  [`/v1/rounds/${roundId}/targets`, reference],
  [`/v1/rounds/${roundId}/assessments`, `${reference},${sheet}`],
] as const;

/** What is put before a good record, the pointer that is answered, and its code. */
const faults: [before: string, pointer: string, code: string][] = [
  ['"__proto__":{"name":"x","status":"inactive"}', '/__proto__', 'field-forbidden'],
  ['"__proto__":1', '/__proto__', 'field-forbidden'],
  ['"\\u005f\\u005fproto__":null', '/__proto__', 'field-forbidden'],
  ['"constructor":{"prototype":{"name":"x"}}', '/constructor/prototype', 'field-forbidden'],
  ['"x":{"y":[{"z":1,"z":1}]}', '/x/y/0/z', 'field-repeated'],
  ['"x":12345678901234567890', '/x', 'number-inexact'],
  ['"x":"\\ud800"', '/x', 'unreadable-character'],
  [`"x":${'['.repeat(20)}${']'.repeat(20)}`, '', 'too-deep'],
  [`"x":[${'0,'.repeat(10_000)}0]`, '', 'too-many-values'],
];

t.test('a body that would be read as something else is refused with 400 where the fault is', async (t) => {
  const headers = { 'content-type': 'application/json' };
  for (const [method, path, good] of bodies) {
    const send = (payload: string | Buffer, pointer: string) =>
      admin.refused(
        t,
        { method, path, payload, headers },
        { status: 400, code: 'malformed-json', pointers: [pointer] },
      );
    for (const [before, pointer, code] of faults) {
      const { body } = await send(`{${before},${good}}`, pointer);
      t.equal(body.errors[0].code, code);
    }
    for (const field of good.matchAll(/(?:^|,)("(\w+)":)/g)) {
      if (field.index > good.indexOf('[')) break;
      await send(`{${good},${field[1]}null}`, `/${field[2]}`);
    }
    await send(Buffer.from(`{${good},"x":"\xe9"}`, 'latin1'), '');
  }
});

t.test('what is half a character never goes into an answer, which is read as strictly elsewhere', async (t: Test) => {
  const half = ['"\\ud800":1', '"\\ud800":1,"\\ud800":2', '"x\\udc00":{"a":1,"a":2}', '"x":"\\ud800"', '"x": 😀'];
  for (const before of half) {
    const payload = `{${before},${group}}`;
    const headers = { 'content-type': 'application/json' };
    const body = await admin.send({ method: 'POST', path: '/v1/groups', payload, headers });
    const line = await upload(admin, '/v1/groups', `${payload}\n`);
    t.strictSame([body.status, line.status], [400, 422], before);
    for (const { bytes } of [body, line]) t.notMatch(bytes.toString(), /\\ud[89a-f]/i, before);
  }
});

t.test('a line of a file is as strict as a body, row by row, and the good rows are taken', async (t: Test) => {
  for (const [path, good] of files) {
    const before = await stateOf(database);
    const lines = faults.map(([first]) => `{${first},${good}}\n`).join('');
    const refused = await upload(admin, path, lines);
    t.strictSame([refused.status, await stateOf(database)], [422, before], `${path} changes nothing`);
    t.strictSame(
      refused.body.errors.map(({ row, pointer, code }: Record<string, unknown>) => [row, pointer, code]),
      faults.map(([, pointer, code], index) => [index + 1, pointer, code]),
    );
    const repeated = await upload(admin, path, `{${good},${good}}\n`);
    t.ok(
      repeated.body.errors.every(({ code }: { code: string }) => code === 'field-repeated'),
      JSON.stringify(repeated.body.errors),
    );
    const { status, body } = await upload(admin, `${path}?onError=skip`, `${lines}\uFEFF{${good}}\n`);
    t.match({ status, ...body }, { status: 200, rows: faults.length + 1, rejected: faults.length }, path);
    t.equal(body.created + body.unchanged, 1);
  }
  const [stored] = (await admin.get('/v1/groups?q=STRICT-1')).body.items;
  t.match(stored, { name: 'ก', status: 'active' });
});
