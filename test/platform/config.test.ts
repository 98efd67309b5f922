import { readFile } from 'node:fs/promises';
import t from 'tap';
import { configReference, readConfig } from '../../src/config.js';

const faultsOf = (variables: Record<string, string>): string[] => {
  try {
    readConfig(variables);
    return [];
  } catch (error) {
    const [head, ...faults] = (error as Error).message.split('\n');
    if (head !== 'The configuration is wrong:') throw error;
    return faults.map((fault) => fault.trim());
  }
};

t.test('a variable that is almost one of ours is refused, and the right one named', (t) => {
  const misspelt: Record<string, string> = {
    DATBASE_URL: 'DATABASE_URL',
    DATABASE_URI: 'DATABASE_URL',
    database_url: 'DATABASE_URL',
    Database_Url: 'DATABASE_URL',
    LOG_LEVLE: 'LOG_LEVEL',
    LOGLEVEL: 'LOG_LEVEL',
    CORS_ORIGIN: 'CORS_ORIGINS',
    TRUSTED_PROXY: 'TRUST_PROXY',
    BOOTSTRAP_APIKEY: 'BOOTSTRAP_API_KEY',
    STATEMENT_TIMEOUT: 'STATEMENT_TIMEOUT_MS',
    DRAIN_TIMEOUT: 'DRAIN_TIMEOUT_MS',
    body_limit: 'BODY_LIMIT_BYTES',
    PROT_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT_MS',
    PROT_PORT: 'PORT',
    PROT_DATABASE_URL: 'DATABASE_URL',
    PROT_DATBASE_URL: 'DATABASE_URL',
  };
  for (const [name, right] of Object.entries(misspelt)) {
    t.strictSame(faultsOf({ [name]: '8080' }), [`${name}: there is no such variable; did you mean ${right}?`]);
  }
  t.strictSame(faultsOf({ PROT_COLOUR: 'red' }), ['PROT_COLOUR: there is no such variable.']);
  for (const { name } of configReference.filter((one) => one.name.length >= 7)) {
    const dropped = name.slice(0, 3) + name.slice(4);
    t.strictSame(faultsOf({ [dropped]: 'x' }), [`${dropped}: there is no such variable; did you mean ${name}?`]);
  }
  t.end();
});

t.test(
  'variables of others are none of our business, nor are those that a cluster sets for a service called prot',
  (t) => {
    const others = {
      PATH: '/bin',
      HOME: '/root',
      HOSTNAME: 'node-1',
      PORTS: '1',
      NODE_OPTIONS: '',
      NODE_PATH: '/x',
      PGHOST: 'db',
      PGPORT: '5432',
      DATABASE_PORT: 'tcp://10.0.0.1:5432',
      DATABASE_SERVICE_HOST: '10.0.0.1',
      TEST_DATABASE_URL: 'x',
      http_proxy: 'x',
      LANG: 'th',
      npm_config_loglevel: 'silent',
      npm_package_name: 'prot',
      TMPDIR: '/tmp',
      PROT_API_KEY: 'prot_x',
      PROT_SERVICE_HOST: '10.0.0.1',
      PROT_SERVICE_PORT: '80',
      PROT_SERVICE_PORT_HTTP: '80',
      PROT_PORT: 'tcp://10.0.0.1:80',
      PROT_PORT_80_TCP: 'tcp://10.0.0.1:80',
      PROT_PORT_80_TCP_ADDR: '10.0.0.1',
      DATBASE_URL: '',
    };
    t.strictSame(faultsOf(others), []);
    t.end();
  },
);

t.test('CORS_ORIGINS takes origins as browsers send them, and names what is none', (t) => {
  const good = [
    'https://app.example',
    'http://localhost:5173',
    'http://127.0.0.1',
    'http://[::1]:3000',
    'capacitor://localhost',
  ];
  t.strictSame(readConfig({ CORS_ORIGINS: ` ${good.join(' , ')}, ` }).CORS_ORIGINS, good);
  for (const wrong of [
    'app.example',
    'https://app.example/',
    'https://app.example:443',
    'https://App.example',
    'https://',
    '//app.example',
    'https://user@app.example',
    'https://app.example?x',
    'null',
    'ftp',
  ]) {
    t.strictSame(faultsOf({ CORS_ORIGINS: `https://one.example,${wrong}` }), [
      `CORS_ORIGINS: "${wrong}" is not an origin as browsers send it, such as https://app.example`,
    ]);
  }
  t.end();
});

t.test('TRUST_PROXY takes addresses, networks and named ranges, and names what is none', (t) => {
  const good = [
    '10.0.0.1',
    '10.0.0.0/8',
    '10.0.0.0/255.0.0.0',
    '::1',
    'fd00::/8',
    'loopback',
    'linklocal',
    'uniquelocal',
  ];
  t.strictSame(readConfig({ TRUST_PROXY: good.join(',') }).TRUST_PROXY, good);
  for (const wrong of [
    'foo',
    'true',
    '1',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/8/8',
    '10.0.0',
    'proxy.example',
    '10.0.0.1:80',
    '10.0.0.0/',
  ]) {
    const [fault = '', ...more] = faultsOf({ TRUST_PROXY: `10.0.0.1,${wrong}` });
    t.ok(fault.startsWith(`TRUST_PROXY: "${wrong}" is neither an address`), fault);
    t.strictSame(more, []);
  }
  t.end();
});

t.test('numbers are whole numbers in digits, and every fault is named at once', (t) => {
  for (const wrong of ['abc', ' ', '1e3', '0x50', '-1', '65536', '80.5']) {
    t.match(faultsOf({ PORT: wrong }), [/^PORT: /], JSON.stringify(wrong));
  }
  t.equal(readConfig({ PORT: ' 8081 ' }).PORT, 8081);
  t.equal(readConfig({ PORT: '' }).PORT, 8080, 'an empty one is not set');
  t.match(faultsOf({ PORT: 'x', DATBASE_URL: 'x', TRUST_PROXY: 'foo' }), [/^DATBASE_URL/, /^PORT/, /^TRUST_PROXY/]);
  t.end();
});

t.test(
  'the file of identity providers: the examples of the README are right, and every fault is named by its place',
  async (t) => {
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const examples = [...readme.matchAll(/```json\n(\[[\s\S]*?\])\n```/g)].map(([, json = '']) => json);
    t.equal(examples.length, 2);
    const written = (text: string) => ({
      IDENTITY_PROVIDERS: `${t.testdir({ 'providers.json': text })}/providers.json`,
    });
    for (const example of examples) t.strictSame(faultsOf(written(example)), []);

    const [keycloak] = JSON.parse(examples[0] ?? '');
    const faults = (changed: object) => faultsOf(written(JSON.stringify([{ ...keycloak, ...changed }])));
    const cases: [object, RegExp][] = [
      [{ issuer: 'http://sso.office.example/realms/cdd' }, /^IDENTITY_PROVIDERS: \/0\/issuer: must be an https URL/],
      [{ issuer: 'http://sso.office.example', allowHttp: true }, /\/0\/issuer: /],
      [{ issuer: 'https://sso.office.example?tenant=1' }, /\/0\/issuer: /],
      [{ jwksUri: 'https://user:secret@sso.office.example/keys' }, /\/0\/jwksUri: /],
      [{ audience: undefined }, /\/0\/audience: /],
      [{ algorithms: ['HS256'] }, /\/0\/algorithms\/0: /],
      [{ algorithms: ['none'] }, /\/0\/algorithms\/0: /],
      [{ requiredClaims: [] }, /\/0\/requiredClaims: /],
      [{ clockToleranceSeconds: 121 }, /\/0\/clockToleranceSeconds: /],
      [
        { roles: [{ claim: 'roles', values: { boss: 'admin' } }] },
        /\/0\/roles\/0\/values\/boss: must be one of province/,
      ],
      [{ area: [{ claim: 'area_code', values: { hq: null } }] }, /\/0\/area\/0\/values\/hq: /],
      [{ area: [{ claim: 'area_code', fixed: '40' }] }, /\/0\/area\/0: must have either claim or fixed/],
      [{ area: [{ fixed: '401' }] }, /\/0\/area\/0\/fixed: must be an area code/],
      [{ team: { claim: 'team', values: { one: '1' } } }, /\/0\/team\/values\/one: /],
      [{ clients: [{ claim: 'scp' }] }, /\/0\/clients\/0: must have one of/],
      [{ audiences: ['prot'] }, /\/0: Unrecognized key: "audiences"/],
    ];
    for (const [changed, fault] of cases) {
      const [first = '', ...others] = faults(changed);
      t.match(first, fault);
      t.strictSame(others, [], JSON.stringify(changed));
    }
    t.match(faultsOf(written(JSON.stringify([keycloak, keycloak]))), [
      'IDENTITY_PROVIDERS: /1/issuer: is there twice; give audience a list',
    ]);
    t.match(faultsOf(written('[')), [/^IDENTITY_PROVIDERS: This is not JSON/]);
    t.match(faultsOf({ IDENTITY_PROVIDERS: '/nowhere.json' }), [/^IDENTITY_PROVIDERS: the file cannot be read/]);
  },
);
