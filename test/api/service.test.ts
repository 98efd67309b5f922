import type { OpenAPIV3_1 } from 'openapi-types';
import t from 'tap';
import { z } from 'zod';
import { problemCatalogue } from '../../src/domain/problem.js';
import { violationCodes } from '../../src/domain/violation-code.js';
import { statusOf } from '../../src/platform/http/problem-response.js';
import { refusalsOf } from '../../src/platform/openapi/problems.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { placeOf } from '../support/contract-check.js';
import { writtenOperation } from '../support/operations.js';

const { app, contract, stranger: anybody } = await startTestApp(t);
const { operations } = app;
const { document } = contract;

t.test('getService: says what it is, and every link leads somewhere', async (t) => {
  const { status, body } = await anybody.get('/');
  t.equal(status, 200);
  t.equal(body.name, 'Prot');
  t.match(body.version, /^\d+\.\d+\.\d+/);
  const links = Object.entries<string>(body.links);
  t.ok(links.length >= 5, 'at least contract, docs, problems, live and ready');
  for (const [name, link] of links) {
    const found = await app.inject({ url: link, headers: { authorization: `Bearer ${adminSecret}` } });
    t.ok(found.statusCode < 400, `${name}: ${link} answers ${found.statusCode}`);
  }
});

t.test('getLiveness, getReadiness: the process lives and can serve on this database', async (t) => {
  t.strictSame((await anybody.get('/livez')).body, { status: 'live' });
  t.strictSame((await anybody.get('/readyz')).body, {
    status: 'ready',
    database: 'embedded',
    writable: true,
  });
});

t.test('getContract: gives the contract that the service was made from', async (t) => {
  const { body } = await anybody.get('/openapi.json');
  t.strictSame(body, JSON.parse(JSON.stringify(app.swagger())));
  t.equal(body.openapi, '3.1.0');
  const written = Object.entries(body.paths as object).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  t.strictSame(written.sort(), operations.map(({ method, path }) => `${method} ${path}`).sort());
});

const asPage = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

t.test(
  'every code that a client can meet has a page and JSON: what it means and what to do, in both languages',
  async (t) => {
    const index = await anybody.get('/problems', asPage);
    const { items } = (await anybody.get('/problems')).body;
    const codes = [...new Set([...problemCatalogue.keys(), ...Object.keys(violationCodes)])];
    t.strictSame(items.map(({ code }: { code: string }) => code).sort(), codes.sort());
    for (const item of items) {
      const { code, status, inErrors, title, remedy } = item;
      const kind = problemCatalogue.get(code)?.kind;
      t.strictSame([status, inErrors], [kind === undefined ? null : statusOf[kind], code in violationCodes], code);
      for (const { en, th } of [title, remedy]) t.ok(/[A-Za-z]/.test(en) && /[ก-๛]/.test(th), `${code}: ${en} ${th}`);
      t.ok(index.body.includes(`<a href="problems/${code}">`), `${code} is in the list`);
      const page = await anybody.get(`/problems/${code}`, asPage);
      t.equal(page.status, 200, code);
      for (const said of [title.en, title.th, remedy.en, remedy.th])
        t.ok(page.body.includes(escaped(said)), `${code}: ${said}`);
      const giving = operations.filter((operation) => refusalsOf(operation).some((refusal) => refusal.code === code));
      const named = [...page.body.matchAll(/<li><code>(\w+)<\/code>/g)].map(([, operationId]) => operationId);
      t.strictSame(
        named,
        giving.map(({ operationId }) => operationId),
        code,
      );
      const { body } = await anybody.get(`/problems/${code}`);
      t.strictSame(body, { ...item, operations: named }, code);
    }
    const call = { method: 'GET', path: '/problems/no-such-thing' } as const;
    await anybody.refused(t, call, { status: 404, code: 'problem-not-found' });
  },
);

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

t.test('the reference at /docs needs no internet', async (t) => {
  const page = await app.inject('/docs/static/index.html');
  const start = await app.inject('/docs');
  const html = start.statusCode === 200 ? start.body : page.body;
  t.ok(html.includes('swagger-ui'), 'it is the reference');
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => String(link));
  t.ok(links.length > 3, links.join(' '));
  for (const link of links) {
    const { pathname, host } = new URL(link, 'http://here/docs/');
    t.equal(host, 'here', `${link} is our own`);
    const file = await app.inject(pathname);
    t.equal(file.statusCode, 200, pathname);
    if (pathname.endsWith('.css')) t.notMatch(file.body, /(@import|url\()\s*["']?(https?:)?\/\//, pathname);
  }
  const policy = String(start.headers['content-security-policy']);
  t.match(policy, /script-src 'self'/, 'its own scripts may run');
  t.match(policy, /default-src 'self'|connect-src 'self'/, 'it may ask this service');
  t.notMatch(policy, /https:|\w\.io/, 'and no other');
  t.notMatch(policy, /upgrade-insecure-requests/, 'an office that serves plain HTTP sees it too');
});

t.test('the contract: every operation has its own name, a summary, a description and a known tag', async (t) => {
  const names = operations.map(({ operationId }) => operationId);
  t.strictSame(names, [...new Set(names)]);
  const tags = (document.tags ?? []).map(({ name }) => name);
  for (const operation of operations) {
    const written = writtenOperation(contract, operation);
    t.equal(written.operationId, operation.operationId);
    t.ok(written.summary && written.description, operation.operationId);
    t.ok(
      written.tags?.every((tag) => tags.includes(tag)),
      `${operation.operationId} has a tag of the list`,
    );
    t.strictSame(
      written.security,
      operation.permission === 'public' ? [] : [{ apiKey: [] }, { accessToken: [] }],
      operation.operationId,
    );
  }
});

t.test('the contract: every JSON body has an example, and every example fits its schema', async (t) => {
  for (const operation of operations) {
    const { path, method, operationId } = operation;
    const key = method.toLowerCase();
    const { requestBody, responses = {} } = writtenOperation(contract, operation);
    const bodies = Object.entries(responses).map(([status, response]) => {
      return { place: ['responses', status], content: (response as OpenAPIV3_1.ResponseObject).content };
    });
    const request = { place: ['requestBody'], content: (requestBody as OpenAPIV3_1.RequestBodyObject)?.content };
    for (const { place, content } of [request, ...bodies]) {
      const media = content?.['application/json'];
      // The example of the contract would be the contract.
      if (media === undefined || operationId === 'getContract') continue;
      const what = `${operationId} ${place.join(' ')}`;
      const pointer = placeOf('paths', path, key, ...place, 'content', 'application/json', 'schema');
      t.not(media.example, undefined, `${what} has an example`);
      t.equal(contract.misfit(pointer, media.example), null, `${what}: its example fits`);
    }
    const takesBody = operation.body !== null || operation.bulk !== undefined;
    t.equal(requestBody !== undefined, takesBody, `${operationId} has a body when it takes one`);
  }
});

t.test('the contract: what the code says about a field stands in it, and so do its examples', async (t) => {
  for (const operation of operations) {
    // What only files know stands at their own address, where the contract shows them.
    const forFiles = operations.find(
      ({ method, path }) => method === operation.method && path === `${operation.path}/rows`,
    );
    const of = (shown = operation) =>
      (writtenOperation(contract, shown).parameters ?? []) as OpenAPIV3_1.ParameterObject[];
    const written = [...of(), ...(forFiles === undefined ? [] : of(forFiles))];
    for (const [place, shape] of Object.entries({ query: operation.query.shape, path: operation.params.shape })) {
      for (const [name, field] of Object.entries(shape)) {
        const parameter = written.find((parameter) => parameter.in === place && parameter.name === name);
        const said = z.globalRegistry.get(field as z.ZodType)?.description;
        t.not(parameter, undefined, `${operation.operationId} ${place} ${name} is in it`);
        if (said !== undefined) t.equal(parameter?.description, said, `${operation.operationId} ${place} ${name}`);
      }
    }
  }
  const { version } = document.components?.schemas?.Group?.properties ?? {};
  t.hasStrict(version, { description: 'Grows by one with each change; the ETag begins with it', examples: [1] });
});
