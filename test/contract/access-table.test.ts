/** The table of docs/access.md, each cell of it tried through HTTP: which role may call which operation. */
import { readFile } from 'node:fs/promises';
import { type JWTPayload, SignJWT } from 'jose';
import t from 'tap';
import { type Role, roles } from '../../src/domain/access.js';
import { startTestApp } from '../support/app.js';
import { sampleCall, writtenOperation } from '../support/operations.js';
import { startSigningIssuer } from '../support/signing-issuer.js';
import { makeTeam } from '../support/world.js';

const document = new URL('../../../docs/access.md', import.meta.url);

interface Row {
  asks: string;
  may: Readonly<Record<string, boolean>>;
}

const rows = readRows(await readFile(document, 'utf8'));
const [issuer, otherIssuer] = [await startSigningIssuer(t), await startSigningIssuer(t, '/elsewhere')];
const provider = {
  issuer: issuer.issuer,
  allowHttp: true,
  audience: 'prot',
  roles: [
    {
      claim: 'roles',
      values: { ...Object.fromEntries(Object.keys(roles).map((role) => [role, role])), admin: ['admin'] },
    },
  ],
  area: [{ fixed: 'whole-country' }],
};
const directory = t.testdir({ 'providers.json': JSON.stringify([provider]) });
const service = await startTestApp(t, {
  WEBHOOK_ALLOW_PRIVATE: 'true',
  PUBLIC_READING: 'true',
  IDENTITY_PROVIDERS: `${directory}/providers.json`,
});
const { app, admin, stranger, contract } = service;
const { operations } = app;
const roleNames = Object.keys(roles) as Role[];

t.test('every operation has its row, and asks in the contract for what the row says', async (t) => {
  t.strictSame(
    [...rows.keys()].sort(),
    operations.map(({ operationId }) => operationId).sort(),
    'docs/access.md: who may call the new operation?',
  );
  for (const operation of operations) {
    const { security = [], 'x-permission': permission } = writtenOperation(contract, operation) as {
      security?: object[];
      'x-permission'?: string;
    };
    const asked = security.length === 0 ? 'public' : (permission ?? 'signed-in');
    t.equal(rows.get(operation.operationId)?.asks, asked, operation.operationId);
  }
});

t.test('the roles of the table are those of the field', async (t) => {
  for (const [operationId, { may }] of rows) t.strictSame(Object.keys(may), roleNames, operationId);
});

t.test('each role may call what the table says, and nothing else', async (t) => {
  const { teamId } = await makeTeam(admin, { tier: 'district', areaCode: '4010' });
  const places: Record<Role, object> = {
    province: { areaCode: '40' },
    district: { areaCode: '4010' },
    team: { areaCode: '4010', teamId },
    analyst: {},
    integration: {},
  };
  for (const role of roleNames) {
    const client = await service.client({ permissions: roles[role], ...places[role] });
    for (const operation of operations) {
      const { operationId, answer } = operation;
      const may = rows.get(operationId)?.may[role] ?? false;
      const call = sampleCall(contract, operation);
      if (!may) {
        const { body } = await client.refused(t, call, { status: 403, code: 'permission-missing' });
        t.equal(body.permission, rows.get(operationId)?.asks, `${role} ${operationId}`);
      } else if (answer.mediaType !== 'text/event-stream') {
        // Of what is not there, or with no version: whatever it is answered, the caller was let through.
        const { status, body } = await client.send({ ...call, headers: { ...call.headers, 'if-match': '*' } });
        t.notOk(status === 401 || body?.code === 'permission-missing', `${role} ${operationId}: ${status}`);
        t.ok(status < 500, `${role} ${operationId}: ${status}`);
      }
    }
  }
});

t.test('without a key, what asks for nothing answers, and nothing else does', async (t) => {
  for (const operation of operations) {
    const call = sampleCall(contract, operation);
    if (rows.get(operation.operationId)?.asks !== 'public') {
      await stranger.refused(t, call, { status: 401, code: 'unauthenticated' });
      continue;
    }
    const { status } = await stranger.send(call);
    t.notOk(status === 401 || status === 403 || status >= 500, `${operation.operationId}: ${status}`);
  }
});

t.test('a role that a token names may call the same', async (t) => {
  for (const role of roleNames) {
    const client = service.withSecret(await tokenOf({ roles: [role] }));
    for (const operation of operations.filter(({ permission }) => permission !== 'public')) {
      if (operation.answer.mediaType === 'text/event-stream') continue;
      const { status, body } = await client.send(sampleCall(contract, operation));
      const may = rows.get(operation.operationId)?.may[role] ?? false;
      t.equal(
        status === 403 && body.code === 'permission-missing',
        !may,
        `${role} ${operation.operationId}: ${status}`,
      );
      t.not(status, 401);
    }
  }
});

t.test('a token of another audience, issuer or algorithm opens nothing, nor one that has expired', async (t) => {
  const everything = { roles: ['admin'] };
  const aud = { ...everything, aud: 'somebody else' };
  const past = Math.floor(Date.now() / 1_000) - 600;
  const secret = new TextEncoder().encode(JSON.stringify(issuer.keys[0]));
  const unsigned = [{ alg: 'none', typ: 'at+jwt' }, claimsOf(everything)].map(base64url).join('.');
  const tokens = {
    'of another audience': await tokenOf(aud),
    'of another issuer': await otherIssuer.sign(claimsOf({ ...everything, iss: otherIssuer.issuer }), {
      typ: 'at+jwt',
    }),
    'of another issuer in the name of ours': await otherIssuer.sign(claimsOf(everything), { typ: 'at+jwt' }),
    'signed with the public key as a secret': await new SignJWT(claimsOf(everything))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: String(issuer.keys[0]?.kid) })
      .sign(secret),
    'that nobody signed': `${unsigned}.`,
    'that has expired': await tokenOf({ ...everything, iat: past, exp: past + 300 }),
  };
  const sound = service.withSecret(await tokenOf(everything));
  t.equal((await sound.get('/v1/me')).status, 200, 'the same token without its fault is taken');
  for (const [what, token] of Object.entries(tokens)) {
    const client = service.withSecret(token);
    for (const operation of operations.filter(({ permission }) => permission !== 'public')) {
      const { headers } = await client.refused(t, sampleCall(contract, operation), {
        status: 401,
        code: 'unauthenticated',
      });
      t.match(
        String(headers['www-authenticate']),
        'error="invalid_token"',
        `${operation.operationId}, a token ${what}`,
      );
    }
  }
});

function claimsOf(claims: JWTPayload): JWTPayload {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: issuer.issuer,
    sub: 'a-person',
    aud: 'prot',
    client_id: 'app',
    iat: now,
    exp: now + 300,
    jti: 'x',
    ...claims,
  };
}

function tokenOf(claims: JWTPayload): Promise<string> {
  return issuer.sign(claimsOf(claims), { typ: 'at+jwt' });
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The rows of the table of operations, by their ids. */
function readRows(text: string): Map<string, Row> {
  const [, table = ''] = text.split('| operation |');
  const [head = '', , ...lines] = table.trimEnd().split('\n');
  const [, ...names] = cellsOf(`| operation |${head}`);
  const found = new Map<string, Row>();
  for (const line of lines) {
    const [operationId = '', asks = '', ...marks] = cellsOf(line);
    found.set(operationId, {
      asks,
      may: Object.fromEntries(names.slice(1).map((name, i) => [name, marks[i] === 'yes'])),
    });
  }
  return found;
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));
}
