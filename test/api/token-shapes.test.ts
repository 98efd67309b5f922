/** Tokens as Keycloak and Entra write them, and all that is refused of tokens, signed by an issuer of the test. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EncryptJWT, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import { startSigningIssuer } from '../support/signing-issuer.js';
import { made, makeTeam } from '../support/world.js';

const keycloak = await startSigningIssuer(t, '/realms/office');
const entra = await startSigningIssuer(t, '/tenant/v2.0');
const strict = await startSigningIssuer(t);

const common = { allowHttp: true, clockToleranceSeconds: 3 };
const settings = [
  {
    ...common,
    issuer: keycloak.issuer,
    audience: 'prot',
    types: ['JWT'],
    requiredClaims: ['typ'],
    clients: [{ claim: 'preferred_username', startsWith: 'service-account-' }],
    roles: [
      { claim: 'realm_access.roles', values: { 'prot-admin': ['admin'] } },
      { claim: 'resource_access.prot.roles', values: { district: 'district', team: 'team' } },
      { claim: ['https://example.org/duties'], values: { review: ['assessments:review'] } },
    ],
    area: [{ claim: 'area_code', values: { ministry: 'whole-country' } }],
    team: { claim: 'team_id' },
  },
  {
    ...common,
    issuer: entra.issuer,
    audience: ['11111111-2222-3333-4444-555555555555', 'api://prot'],
    types: ['JWT'],
    requiredClaims: ['azp'],
    subjectClaim: 'oid',
    nameClaims: ['name', 'azp'],
    clients: [{ claim: 'scp', missing: true }],
    roles: [
      { claim: 'roles', values: { 'Prot.District': 'district', 'Prot.Integration': 'integration' } },
      { claim: 'scp', values: { 'Registry.Read': ['read'] } },
    ],
    area: [{ claim: 'groups', values: { 'g-4010': '4010', 'g-40': '40' } }],
  },
  {
    ...common,
    issuer: strict.issuer,
    audience: 'prot',
    algorithms: ['RS256', 'ES256'],
    logout: { audience: 'office-app' },
    roles: [{ claim: 'scope', values: { work: ['read'] } }],
    area: [{ fixed: '40' }],
  },
];
const directory = t.testdir({ 'providers.json': JSON.stringify(settings) });
const { withSecret, admin, stranger } = await startTestApp(t, { IDENTITY_PROVIDERS: `${directory}/providers.json` });
const me = async (token: string) => made(withSecret(token).get('/v1/me'));
const readMe = { method: 'GET', path: '/v1/me' } as const;
const anyPermission = ['read', 'read:drafts', 'assessments:write'];

const ofKeycloak = {
  aud: ['prot', 'account'],
  sub: '6f1c0c3e-5f0b-4a51-9c1e-2d7a0f3b9a10',
  typ: 'Bearer',
  azp: 'office-app',
  sid: 'b1d0',
  scope: 'openid profile',
  name: 'สมชาย ใจดี',
  preferred_username: 'somchai',
  realm_access: { roles: ['offline_access'] },
  resource_access: { prot: { roles: ['district'] }, account: { roles: ['manage-account'] } },
  area_code: '4010',
};

t.test('Keycloak: client roles, area and team by attributes, service accounts', async (t) => {
  const person = await me(await keycloak.sign(ofKeycloak));
  t.hasStrict(person, { kind: 'person', name: 'สมชาย ใจดี', area: { areaCode: '4010' }, team: null });
  t.ok(person.permissions.includes('plans:approve'));

  const ministry = await me(await keycloak.sign({ ...ofKeycloak, area_code: 'ministry' }));
  t.equal(ministry.area, null, 'the whole country is said in so many words');
  const chief = await me(await keycloak.sign({ ...ofKeycloak, realm_access: { roles: ['prot-admin'] } }));
  t.ok(chief.permissions.includes('admin'));
  const named = { resource_access: {}, 'https://example.org/duties': ['review'] };
  t.strictSame((await me(await keycloak.sign({ ...ofKeycloak, ...named }))).permissions, ['assessments:review']);

  const service = { ...ofKeycloak, name: undefined, preferred_username: 'service-account-sync' };
  t.hasStrict(await me(await keycloak.sign(service)), { kind: 'client', name: 'service-account-sync', personId: null });
});

t.test('who is bound to a team does at most what a team does, in the area of the team', async (t) => {
  const { teamId } = await makeTeam(admin, { tier: 'district', areaCode: '4010' });
  const roles = { realm_access: { roles: ['prot-admin'] }, resource_access: { prot: { roles: ['team', 'district'] } } };
  const bound = { ...ofKeycloak, ...roles, team_id: teamId };
  const member = await me(await keycloak.sign({ ...bound, area_code: undefined }));
  t.strictSame([member.permissions, member.area.areaCode, member.team.teamId], [anyPermission, '4010', teamId]);
  for (const areaCode of ['401001', '40'])
    t.equal((await me(await keycloak.sign({ ...bound, area_code: areaCode }))).area.areaCode, areaCode);
  const refused = { status: 403, code: 'access-not-mapped' };
  const wrong = {
    'a team that is not there': { team_id: '01936d5e-6f70-7c3a-9c55-0242ac120002' },
    'no team': { team_id: 'team 1' },
    'a number': { team_id: 7 },
    'several teams': { team_id: [teamId, '01936d5e-6f70-7c3a-9c55-0242ac120002'] },
    'an area that is not the team’s': { area_code: '4002' },
    'an area that is not there': { team_id: undefined, area_code: '4099' },
    'several areas': { team_id: undefined, area_code: ['4010', '4002'] },
    'no area': { team_id: undefined, area_code: '' },
    'what is no code': { team_id: undefined, area_code: '401' },
  };
  for (const [what, claims] of Object.entries(wrong)) {
    const { body } = await withSecret(await keycloak.sign({ ...bound, ...claims } as JWTPayload)).refused(
      t,
      readMe,
      refused,
    );
    t.match(body.detail, /^Your sign-in names /, what);
  }
});

const ofEntra = {
  aud: '11111111-2222-3333-4444-555555555555',
  sub: 'pairwise-AAAA',
  oid: '0d6b3d5e-1c0f-4a55-8a37-96c0c1f0a111',
  tid: 'tenant',
  ver: '2.0',
  azp: 'aaaaaaaa-0000-0000-0000-000000000001',
  azpacr: '1',
  name: 'Malee Jaidee',
  scp: 'Registry.Read openid',
  groups: ['g-4010'],
};

t.test('Entra: scopes and app roles, groups as areas, and the id that is the same for all applications', async (t) => {
  const person = await me(await entra.sign(ofEntra));
  t.hasStrict(person, { kind: 'person', name: 'Malee Jaidee', permissions: ['read'], area: { areaCode: '4010' } });
  const elsewhere = await me(await entra.sign({ ...ofEntra, sub: 'pairwise-BBBB' }));
  t.equal(elsewhere.id, person.id, 'by oid, since sub differs from application to application');

  const { scp, name, ...rest } = ofEntra;
  const app = await me(await entra.sign({ ...rest, idtyp: 'app', roles: ['Prot.Integration'], groups: ['g-40'] }));
  t.hasStrict(app, { kind: 'client', name: ofEntra.azp, area: { areaCode: '40' } });
  const { azp, ...idToken } = ofEntra;
  const { body } = await withSecret(await entra.sign(idToken)).refused(t, readMe, unauthenticated);
  t.match(body.detail, /lacks a claim/, 'an ID token of Entra has no azp');
});

t.test('a name is a readable line without a citizen id, or the beginning of the id stands for it', async (t) => {
  const nameOf = async (name: unknown) => {
    const { id, name: shown } = await me(
      await keycloak.sign({ ...ofKeycloak, name, preferred_username: undefined, azp: undefined } as JWTPayload),
    );
    return shown === id.slice(0, 8) ? null : shown;
  };
  t.equal(await nameOf('  มาลี ใจดี '), 'มาลี ใจดี');
  t.equal(await nameOf('ก'.repeat(300)), 'ก'.repeat(200));
  for (const name of ['1-2345-67890-12-1', 'มาลี 1234567890121', 'a\u0000b', '???', '', 7, undefined])
    t.equal(await nameOf(name), null, String(name));
});

const unauthenticated = { status: 401, code: 'unauthenticated' };
const good = { aud: 'prot', sub: 'somebody', client_id: 'an-app', jti: '1', scope: 'work' };
const header = { typ: 'at+jwt' };
const now = () => Math.floor(Date.now() / 1_000);

t.test('a token of RFC 9068 is taken, also within the tolerance of clocks', async (t) => {
  t.hasStrict(await me(await strict.sign(good, header)), { kind: 'person', permissions: ['read'], name: 'an-app' });
  t.equal((await me(await strict.sign(good, { typ: 'application/AT+JWT' }))).kind, 'person');
  t.equal((await me(await strict.sign({ ...good, sub: 'an-app' }, header))).kind, 'client');
  t.equal((await me(await strict.sign({ ...good, iat: now() + 2, nbf: now() + 2 }, header))).kind, 'person');
  t.equal((await me(await strict.sign({ ...good, exp: now() - 1 }, header))).kind, 'person');
});

t.test('whatever is wrong with a token is refused, and said without any of the token', async (t) => {
  const stranger = await generateKeyPair('RS256');
  const foreign = await exportJWK(stranger.publicKey);
  const kid = strict.keys[0]?.kid ?? '';
  const signedBy = (
    key: Parameters<SignJWT['sign']>[0],
    protectedHeader: Parameters<SignJWT['setProtectedHeader']>[0],
  ) =>
    new SignJWT({ iss: strict.issuer, iat: now(), exp: now() + 60, ...good })
      .setProtectedHeader(protectedHeader)
      .sign(key);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [head = '', payload = '', signature = ''] = (await strict.sign(good, header)).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const otherCurve = await generateKeyPair('ES384', { extractable: true });
  strict.keys.push({ ...(await exportJWK(otherCurve.publicKey)), kid: 'curve', alg: 'ES256', use: 'sig' });
  const pem = new TextEncoder().encode(await exportSPKI(strict.pair.publicKey));

  const cases: Record<string, [string, RegExp]> = {
    'no signature': [`${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`, /an algorithm/],
    'no signature, kept': [`${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.${signature}`, /an algorithm/],
    'the public key as a secret': [await signedBy(pem, { alg: 'HS256', typ: 'at+jwt', kid }), /an algorithm/],
    'an algorithm that is not listed': [
      await signedBy(strict.pair.privateKey, { alg: 'RS256', typ: 'at+jwt', kid }).then((one) =>
        one.replace(/^[^.]+/, part({ alg: 'RS512', typ: 'at+jwt', kid })),
      ),
      /an algorithm/,
    ],
    'a key of another curve': [
      await signedBy(otherCurve.privateKey, { alg: 'ES384', typ: 'at+jwt', kid: 'curve' }).then((one) =>
        one.replace(/^[^.]+/, part({ alg: 'ES256', typ: 'at+jwt', kid: 'curve' })),
      ),
      /no key/,
    ],
    'the key of somebody else': [
      await signedBy(stranger.privateKey, { alg: 'RS256', typ: 'at+jwt', kid }),
      /signature/,
    ],
    'a key in the header': [
      await signedBy(stranger.privateKey, { alg: 'RS256', typ: 'at+jwt', jwk: foreign }),
      /signature|no key/,
    ],
    'keys elsewhere': [
      await signedBy(stranger.privateKey, { alg: 'RS256', typ: 'at+jwt', kid, jku: `${strict.issuer}/other` }),
      /signature/,
    ],
    'a key id that is not known': [await strict.sign(good, { ...header, kid: 'unknown' }), /no key/],
    'an extension that is critical': [
      await strict
        .sign(good, header)
        .then((one) => one.replace(/^[^.]+/, part({ alg: 'RS256', ...header, kid, crit: ['exp'], exp: 1 }))),
      /no signed JWT/,
    ],
    'another payload': [`${head}.${part({ ...claims, scope: 'work more' })}.${signature}`, /signature/],
    'a payload that is no JSON': [`${head}.bm90IEpTT04.${signature}`, /no signed JWT/],
    'two parts': [`${head}.${payload}`, /valid|key/],
    'an encrypted token': [
      await new EncryptJWT(claims)
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
        .encrypt(await generateKeyPair('RSA-OAEP-256').then(({ publicKey }) => publicKey)),
      /no signed JWT/,
    ],
    'another issuer': [await strict.sign({ ...good, iss: 'https://elsewhere.example' }, header), /issuer/],
    'the issuer with a slash': [await strict.sign({ ...good, iss: `${strict.issuer}/` }, header), /issuer/],
    'another audience': [await strict.sign({ ...good, aud: ['other'] }, header), /audience/],
    expired: [await strict.sign({ ...good, exp: now() - 10 }, header), /expired/],
    'not yet valid': [await strict.sign({ ...good, nbf: now() + 60 }, header), /not valid yet/],
    'issued in the future': [await strict.sign({ ...good, iat: now() + 60 }, header), /not valid yet/],
    'the type of other tokens': [await strict.sign(good, { typ: 'JWT' }), /type/],
    'a logout token': [await strict.sign(good, { typ: 'logout+jwt' }), /type/],
    'no type': [await strict.sign(good, { typ: undefined } as object), /type/],
    'an ID token by its nonce': [await strict.sign({ ...good, nonce: 'n' }, header), /not meant for an API/],
    'an ID token by its hash': [await strict.sign({ ...good, at_hash: 'h' }, header), /not meant for an API/],
    'an ID token of Keycloak': [await keycloak.sign({ ...ofKeycloak, typ: 'ID' }), /not meant for an API/],
    'a refresh token of Keycloak': [await keycloak.sign({ ...ofKeycloak, typ: 'Refresh' }), /not meant for an API/],
    events: [await strict.sign({ ...good, events: {} }, header), /not meant for an API/],
    'bound to a key of the client': [await strict.sign({ ...good, cnf: { jkt: 'x' } }, header), /bearer token/],
    'a citizen id as its subject': [await strict.sign({ ...good, sub: '1234567890121' }, header), /subjectClaim/],
    'a citizen id within its subject': [
      await strict.sign({ ...good, sub: 'thaid:1-2345-67890-12-1' }, header),
      /subjectClaim/,
    ],
  };
  for (const missing of ['iss', 'aud', 'sub', 'exp', 'iat'])
    cases[`without ${missing}`] = [
      await strict.sign({ ...good, [missing]: undefined }, header),
      missing === 'iss' ? /issuer/ : /lacks a claim/,
    ];
  for (const [what, [token, said]] of Object.entries(cases)) {
    const { body, headers } = await withSecret(token).refused(t, readMe, unauthenticated);
    t.match(body.detail, said, what);
    const challenge = String(headers['www-authenticate']);
    t.match(
      challenge,
      /^Bearer realm="prot", error="invalid_token"(, error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]+")?$/,
    );
    for (const secret of ['1234567890121', 'somebody', kid, 'elsewhere'])
      t.notOk(`${challenge}${JSON.stringify(body)}`.includes(secret), `${what}: nothing of the token`);
  }
  const inThai = await withSecret(cases.expired?.[0] ?? '').get('/v1/me', { 'accept-language': 'th' });
  t.equal(inThai.body.detail, 'โทเค็นหมดอายุแล้ว');
  t.equal(
    (await me(await strict.sign({ ...good, sub: '11111111-2222-3333-4444-555555555555' }, header))).kind,
    'person',
    'digits of a UUID are no number of anybody',
  );
});

t.test(
  'logout tokens are judged by the standard, count once, and end a session or all sign-ins of a subject',
  async (t) => {
    const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const logout = (claims: object) => ({ aud: 'office-app', jti: crypto.randomUUID(), events: event, ...claims });
    const typ = { typ: 'logout+jwt' };
    const send = (token: string) => ({
      method: 'POST' as const,
      path: '/v1/backchannel-logout',
      payload: new URLSearchParams({ logout_token: token, more: 'is passed over' }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const refused = { status: 400, code: 'logout-token-refused' };
    const wrong: Record<string, [Promise<string>, RegExp]> = {
      'an access token': [strict.sign(good, header), /type/],
      'an access token that calls itself so': [strict.sign(good, typ), /audience/],
      'for another client': [strict.sign(logout({ sub: 'a', aud: 'prot' }), typ), /audience/],
      'of an issuer that sends none': [keycloak.sign(logout({ sub: 'a' }), typ), /issuer/],
      'without event': [strict.sign(logout({ sub: 'a', events: {} }), typ), /no logout token/],
      'an event that is no object': [
        strict.sign(logout({ sub: 'a', events: { 'http://schemas.openid.net/event/backchannel-logout': true } }), typ),
        /no logout token/,
      ],
      'with a nonce': [strict.sign(logout({ sub: 'a', nonce: 'n' }), typ), /no logout token/],
      'of nobody': [strict.sign(logout({}), typ), /no logout token/],
      'a subject that is a number': [
        strict.sign(logout({ sub: 7, sid: 's' }) as JWTPayload, typ),
        /no logout token|cannot be read/,
      ],
      'without jti': [strict.sign(logout({ sub: 'a', jti: undefined }), typ), /no logout token/],
      'without exp': [strict.sign(logout({ sub: 'a', exp: undefined }), typ), /lacks a claim/],
      'without iat': [strict.sign(logout({ sub: 'a', iat: undefined }), typ), /lacks a claim/],
      'too old': [strict.sign(logout({ sub: 'a', iat: now() - 400 }), typ), /expired/],
      'tampered with': [strict.sign(logout({ sub: 'a' }), typ).then((one) => one.slice(0, -4)), /signature/],
      'no JWT': [Promise.resolve('x'), /cannot be read/],
    };
    for (const [what, [token, said]] of Object.entries(wrong)) {
      const { body, headers } = await stranger.refused(t, send(await token), refused);
      t.match(body.detail, said, what);
      t.equal(headers['cache-control'], 'no-store');
    }
    const tokens = {
      'of the session': await strict.sign({ ...good, sub: 'a', sid: 'one' }, header),
      'of the same person elsewhere': await strict.sign({ ...good, sub: 'a', sid: 'two' }, header),
      'of another person': await strict.sign({ ...good, sub: 'b', sid: 'three' }, header),
    };
    const statuses = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return Promise.all(Object.values(tokens).map(async (token) => (await withSecret(token).get('/v1/me')).status));
    };
    t.strictSame(await statuses(), [200, 200, 200]);
    const ofSession = send(await strict.sign(logout({ sid: 'one' }), typ));
    const done = await stranger.send(ofSession);
    t.strictSame([done.status, done.body, done.headers['cache-control']], [200, {}, 'no-store']);
    const { body } = await stranger.refused(t, ofSession, refused);
    t.match(body.detail, /taken before/);
    t.strictSame(await statuses(), [401, 200, 200]);
    t.equal((await stranger.send(send(await strict.sign(logout({ sub: 'a' }), typ)))).status, 200);
    t.strictSame(await statuses(), [401, 401, 200]);
    const late = await strict.sign({ ...good, sub: 'a', sid: 'one', iat: now() + 2 }, header);
    t.equal((await withSecret(late).get('/v1/me')).status, 401, 'a session that ended does not come back');
    const again = await strict.sign({ ...good, sub: 'a', sid: 'four', iat: now() + 2 }, header);
    t.equal((await withSecret(again).get('/v1/me')).status, 200, 'a new one of the person does');
  },
);

t.test('keys are only taken from where the issuer itself says, and no further than they may be long', async (t) => {
  const answers: Record<string, (own: string) => [number, Record<string, string>, string]> = {
    'the configuration of another issuer': () => [
      200,
      {},
      JSON.stringify({ issuer: strict.issuer, jwks_uri: `${strict.issuer}/keys` }),
    ],
    'a redirection': () => [302, { location: `${strict.issuer}/.well-known/openid-configuration` }, ''],
    'keys at a URL that may not be called': (own) => [
      200,
      {},
      JSON.stringify({ issuer: own, jwks_uri: 'http://example.org/keys' }),
    ],
    'a configuration without an end': (own) => [
      200,
      {},
      JSON.stringify({ issuer: own, jwks_uri: `${strict.issuer}/keys`, more: 'x'.repeat(300_000) }),
    ],
    'what is no JSON': () => [200, {}, '<html>'],
  };
  for (const [what, answer] of Object.entries(answers)) {
    await t.test(what, async (t) => {
      const issuer = await startIssuer(t, answer);
      const directory = t.testdir({ 'providers.json': JSON.stringify([{ ...settings[2], issuer }]) });
      const service = await startTestApp(t, { IDENTITY_PROVIDERS: `${directory}/providers.json` });
      const token = await strict.sign({ ...good, iss: issuer }, header);
      await service.withSecret(token).refused(t, readMe, { status: 503, code: 'identity-provider-away' });
    });
  }
});

async function startIssuer(
  t: Test,
  answer: (own: string) => [number, Record<string, string>, string],
): Promise<string> {
  const server = createServer((_request, response) => {
    const [status, headers, body] = answer(issuer);
    response.writeHead(status, headers).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return issuer;
}
