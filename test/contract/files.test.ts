/** Files have addresses of their own, so that a generated client has one type for each operation; the old ones still work. */
import type { OpenAPIV3_1 } from 'openapi-types';
import t from 'tap';
import { isForFiles, type Operation, rowsPath } from '../../src/platform/http/operation.js';
import { sealNext } from '../../src/resources/seals/seals.actions.js';
import { startTestApp } from '../support/app.js';
import { types, upload } from '../support/bulk.js';
import { writtenOperation } from '../support/operations.js';
import { assess, made, makeGroup, makeRound, moveRound } from '../support/world.js';

const { app, admin, contract, database } = await startTestApp(t, { PUBLIC_READING: 'true' });
const { operations } = app;
const files = Object.values(types).map((type) => type.split(';')[0]);

t.test('every operation takes one shape and answers with one, or with text of several forms', async (t) => {
  for (const operation of operations) {
    const { requestBody, responses } = writtenOperation(contract, operation);
    const contents = [requestBody, ...Object.values(responses ?? {})].map(
      (part) => (part as OpenAPIV3_1.ResponseObject | undefined)?.content ?? {},
    );
    for (const content of contents) {
      // Two types of the same shape, such as JSON and its merge patch, are one type for a generator.
      const shapes = new Set(Object.values(content).map(({ schema }) => JSON.stringify(schema)));
      const texts = Object.values(content).every(({ schema }) => (schema as { type?: string }).type === 'string');
      t.ok(shapes.size < 2 || texts, `${operation.operationId}: ${Object.keys(content).join(', ')}`);
    }
    const successes = Object.keys(responses ?? {}).filter((status) => status.startsWith('2'));
    const bodies = new Set(successes.map((status) => JSON.stringify(schemasOf(responses?.[status]))));
    t.equal(bodies.size, 1, `${operation.operationId} has one body of success, whatever its status`);
  }
});

t.test('every list that streams and every collection that takes files has its rows beside it', async (t) => {
  const both = operations.filter(({ answer, bulk }) => answer.streams !== undefined || bulk !== undefined);
  const shown = both.filter((operation) => !isForFiles(operation));
  t.equal(shown.length, 12, 'eleven lists, and the registration of groups');
  for (const { operationId, path, method } of shown) {
    const twin = operations.find((one) => one.path === rowsPath(path) && one.method === method);
    t.ok(twin, `${operationId} has ${method} ${rowsPath(path)}`);
  }
  for (const operation of both.filter(isForFiles)) {
    t.match(operation.operationId, /^(import|export)/);
    t.ok(operation.path.endsWith('/rows'), operation.operationId);
    const { requestBody, responses } = writtenOperation(contract, operation);
    const body = operation.bulk === undefined ? responses?.[200] : requestBody;
    t.strictSame(Object.keys((body as OpenAPIV3_1.ResponseObject).content ?? {}), files, operation.operationId);
  }
});

t.test('a whole list is the same at its own address and where Accept asks for it', async (t) => {
  const group = await makeGroup(admin, '401001');
  await made(
    admin.put(`/v1/groups/${group.groupId}/figures/2012-03-31`, {
      memberCount: 71,
      savingsBaht: 1.5,
      developmentLevel: 3,
    }),
  );
  await made(admin.post('/v1/teams', { name: 'ทีม', tier: 'province', areaCode: '40', members: [] }));
  const round = await makeRound(admin, {}, 'draft');
  await made(admin.put(`/v1/rounds/${round.roundId}/targets/${group.groupId}`, { teamId: null }));
  await made(admin.post(`/v1/rounds/${round.roundId}/opening`, undefined, { 'if-match': '*' }));
  await assess(admin, round.roundId, group.groupId, '1'.repeat(19));
  const { plan } = await made(
    admin.post('/v1/plans/drafting', { roundId: round.roundId, tier: 'group', groupId: group.groupId }),
  );
  for (const move of ['closing', 'publication']) await moveRound(admin, round.roundId, move);
  await sealNext(database.db, { afterSeconds: 0, key: null });
  const ids: Record<string, string> = { groupId: group.groupId, roundId: round.roundId, planId: plan.planId };
  for (const list of operations.filter(({ answer }) => answer.streams !== undefined && answer.paged)) {
    const path = list.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
    for (const accept of ['application/x-ndjson', 'text/csv']) {
      const [own, shared] = [
        await admin.get(rowsPath(`/${path.slice(1)}`), { accept }),
        await admin.get(path, { accept }),
      ];
      t.strictSame([own.status, own.body], [200, shared.body], `${list.operationId} as ${accept}`);
      t.ok(own.body.length > 0, list.operationId);
    }
    const usual = await admin.get(`${path}/rows`, { accept: 'application/json, text/plain, */*' });
    t.equal(
      usual.headers['content-type'],
      'application/x-ndjson',
      `${list.operationId} for a client that takes anything`,
    );
    await admin.refused(t, { method: 'GET', path: `${path}/rows?limit=1` }, { status: 400, code: 'invalid-input' });
    await admin.refused(
      t,
      { method: 'GET', path: `${path}/rows`, headers: { accept: 'application/json' } },
      { status: 406, code: 'not-acceptable' },
    );
  }
});

t.test('a file is taken the same at its own address and where it was sent before', async (t) => {
  const round = await makeRound(admin, { roundNo: 2 });
  const { groupId, registrationNo } = await makeGroup(admin, '401001');
  await made(admin.put(`/v1/rounds/${round.roundId}/targets/${groupId}`, { teamId: null }));
  const imports = operations.filter(({ bulk, body }) => bulk !== undefined && body === null);
  t.equal(imports.length, 4);
  for (const operation of imports) {
    const own = operation.path.replace('{roundId}', round.roundId);
    const before = own.replace(/\/rows$/, '');
    t.ok(
      [undefined, before].includes(operation.formerPath?.replace('{roundId}', round.roundId)),
      operation.operationId,
    );
    const rows = rowsOf(operation, registrationNo);
    const [first, second] = [
      await upload(admin, `${own}?dryRun=true`, rows),
      await upload(admin, `${before}?dryRun=true`, rows),
    ];
    t.strictSame([first.status, first.body], [200, second.body], operation.operationId);
    t.equal(first.body.rejected, 0, JSON.stringify(first.body.errors));
    const errors = await upload(admin, own, rows, 'ndjson', { accept: 'text/csv' });
    t.equal(errors.headers['content-type'], 'text/csv; charset=utf-8');
    await admin.refused(t, { method: 'POST', path: own, body: {} }, { status: 415, code: 'unsupported-media-type' });
  }
});

/** The example of the contract, about a group and days that are there. */
function rowsOf({ bulk }: Operation, registrationNo: string): string {
  const { teamId, ...row } = JSON.parse(bulk?.examples.ndjson ?? '{}');
  return `${JSON.stringify({ ...row, registrationNo })}\n`;
}

function schemasOf(response: unknown): unknown {
  return Object.values((response as OpenAPIV3_1.ResponseObject).content ?? {}).map(({ schema }) => schema);
}
