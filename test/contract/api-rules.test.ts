/** The rules of openapi/RULES.md that are seen on the wire. */
import t from 'tap';
import { startTestApp } from '../support/app.js';

const { admin, stranger, contract, sendRaw } = await startTestApp(t);
const version = contract.document.info.version;
const hsts = 'strict-transport-security';

t.test('every answer says which version of the contract answered, one without a request too', async (t) => {
  for (const path of ['/', '/livez', '/openapi.json', '/problems', '/v1/areas/40', '/nowhere', '/v1/areas/%zz']) {
    t.equal((await admin.get(path)).headers['api-version'], version, path);
  }
  t.equal((await stranger.get('/v1/groups')).headers['api-version'], version, '401');
  const garbage = await sendRaw('garbage\r\n\r\n');
  t.ok(garbage.toLowerCase().includes(`api-version: ${version}\r\n`), garbage);
});

t.test('the contract can be read by a page of any origin, and nothing else can', async (t) => {
  const origin = 'https://editor.example';
  const { headers } = await stranger.get('/openapi.json', { origin });
  t.equal(headers['access-control-allow-origin'], '*');
  t.equal(headers['cross-origin-resource-policy'], 'cross-origin');
  for (const path of ['/', '/livez', '/v1/areas/40']) {
    const { headers } = await admin.get(path, { origin });
    t.notOk('access-control-allow-origin' in headers, path);
    t.equal(headers['cross-origin-resource-policy'], 'same-origin', path);
  }
});

t.test('the contract says whom to ask: a placeholder, or what is configured', async (t) => {
  t.hasStrict(contract.document.info.contact, { email: 'prot@office.example', url: 'https://office.example/prot' });
  const contact = { name: 'กรมตัวอย่าง', email: 'api@department.example', url: 'https://department.example/api' };
  const own = await startTestApp(t, {
    CONTACT_NAME: contact.name,
    CONTACT_EMAIL: contact.email,
    CONTACT_URL: contact.url,
  });
  t.strictSame(own.contract.document.info.contact, contact);
});

t.test('only a request that came by TLS is told to come by TLS from now on', async (t) => {
  const forwarded = { 'x-forwarded-proto': 'https' };
  t.notOk(hsts in (await admin.get('/livez')).headers, 'in the clear');
  t.notOk(hsts in (await admin.get('/livez', forwarded)).headers, 'a header of anybody is not believed');
  const behind = await startTestApp(t, { TRUST_PROXY: '127.0.0.1' });
  t.equal((await behind.admin.get('/livez', forwarded)).headers[hsts], 'max-age=31536000; includeSubDomains');
  t.equal((await behind.admin.get('/nowhere', forwarded)).headers[hsts], 'max-age=31536000; includeSubDomains');
  t.notOk(
    hsts in (await behind.admin.get('/livez', { 'x-forwarded-proto': 'http' })).headers,
    'in the clear to the proxy',
  );
});

t.test('pages of allowed origins can read the version, and when an operation ends', async (t) => {
  const origin = 'https://office.example';
  const open = await startTestApp(t, { CORS_ORIGINS: origin });
  const exposed = String((await open.admin.get('/livez', { origin })).headers['access-control-expose-headers']);
  for (const name of ['API-Version', 'Deprecation', 'Sunset']) t.ok(exposed.split(', ').includes(name), name);
});
