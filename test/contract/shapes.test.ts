/** What a contract must be so that generated clients are good: one type for each thing, with a name of its own. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import t from 'tap';
import { problemCatalogue } from '../../src/domain/problem.js';
import { factsByCode } from '../../src/domain/problem-facts.js';
import { violationCodes } from '../../src/domain/violation-code.js';
import { problemNameOf, refusalsOf } from '../../src/platform/openapi/problems.js';
import { startTestApp } from '../support/app.js';

const { app, contract } = await startTestApp(t);
const { document } = contract;
const { operations } = app;
const schemas = document.components?.schemas ?? {};

type Schema = Record<string, unknown>;
/** Every schema of the contract with its place, such as `components/schemas/Group/properties/name`. */
const everySchema = [...schemasIn(document, [])];

t.test('the contract has no alternatives but null, which generated clients would handle badly', async (t) => {
  const odd = everySchema.filter(({ schema }) => {
    const { anyOf, oneOf, allOf } = schema;
    if (anyOf === undefined) return oneOf !== undefined || allOf !== undefined;
    const [some, none, ...others] = anyOf as Schema[];
    return some?.$ref === undefined || none?.type !== 'null' || others.length > 0;
  });
  t.strictSame(placesOf(odd), [], 'give the shape one type, see openapi/plain.ts');
});

t.test('every object and every choice of values has a name, so that no generator makes one up', async (t) => {
  const nameless = everySchema.filter(
    ({ schema, place }) =>
      !/^components\/schemas\/\w+$/.test(place) &&
      (schema.enum !== undefined || (isObject(schema) && schema.properties !== undefined)),
  );
  t.strictSame(placesOf(nameless), [], 'wrap the shape in `component(name, ...)`');
});

t.test(
  'every component is referred to, but for the problem document of answers that belong to no operation',
  async (t) => {
    const text = JSON.stringify(document);
    const idle = Object.keys(schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`));
    t.strictSame(idle, ['Problem']);
  },
);

t.test('no name is a reserved word of a language that clients are generated for', async (t) => {
  const reserved =
    /^(return|break|case|class|default|delete|do|else|enum|export|for|function|if|import|in|is|new|object|package|string|switch|this|type|var|void|while|with)$/i;
  t.strictSame(
    Object.keys(schemas).filter((name) => reserved.test(name)),
    [],
  );
});

t.test('no two names stand for the same choice', async (t) => {
  const byText = new Map<string, string[]>();
  for (const [name, schema] of Object.entries(schemas)) {
    const { description, examples, ...form } = schema as Schema;
    if (form.enum === undefined) continue;
    const text = JSON.stringify(form);
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  const same = [...byText.values()].filter((names) => names.length > 1);
  // A level of a criterion and a level of development are different things that happen to have three steps each; that two
  // operations are refused for the same reasons is an accident too.
  const chosen = same.filter((names) => !names.every((name) => name.endsWith('ProblemCode')));
  t.strictSame(chosen, [['DevelopmentLevel', 'Level']]);
});

t.test(
  'a field of a body that may be left out is not required and has no `default`; its words say what then',
  async (t) => {
    const withDefault = everySchema.filter(
      ({ schema, place }) => 'default' in schema && place.startsWith('components/'),
    );
    t.strictSame(placesOf(withDefault), []);
    const { required, properties } = schemas.NewGroup as { required: string[]; properties: Record<string, Schema> };
    t.strictSame(required, ['registrationNo', 'name', 'areaCode']);
    t.equal(properties.status?.description, 'Left out: `"active"`');
  },
);

t.test('every list says how many items a page has that asks for nothing', async (t) => {
  for (const operation of operations.filter(({ answer }) => answer.paged)) {
    t.hasStrict(
      parameterOf(operation, 'limit')?.schema,
      { type: 'integer', default: 50, maximum: 500 },
      operation.operationId,
    );
  }
});

t.test('a flag in a query is a boolean', async (t) => {
  const texts = everySchema.filter(({ schema }) => JSON.stringify(schema.enum) === '["true","false"]');
  t.strictSame(placesOf(texts), []);
  for (const { operationId, name } of [
    { operationId: 'listPlans', name: 'overdue' },
    { operationId: 'listAssessments', name: 'wellManaged' },
  ]) {
    const operation = operations.find((one) => one.operationId === operationId);
    t.strictSame(operation && parameterOf(operation, name)?.schema, { type: 'boolean' }, name);
  }
});

t.test('If-Match is required exactly where a request without it is always refused or pointless', async (t) => {
  for (const operation of operations) {
    const { versioning, answer, operationId } = operation;
    const ifMatch = parameterOf(operation, 'If-Match');
    t.equal(
      ifMatch?.required,
      versioning === undefined || versioning === 'gives' ? undefined : versioning === 'needs' && !answer.orCreated,
      operationId,
    );
  }
});

t.test('every pattern means the same in every language that reads it', async (t) => {
  // \d and \w match other digits and letters in some, \p{} and lookarounds are missing in others, [ in a class opens a set.
  const unlike = /\\[dDwWpPbB]|\(\?|\[[^\]\\]*(\\.[^\]\\]*)*(?<!\\)\[/;
  const odd = everySchema.filter(({ schema }) => unlike.test(String(schema.pattern ?? '')));
  t.strictSame(
    odd.map(({ schema, place }) => `${place}: ${schema.pattern}`),
    [],
  );
});

t.test(
  'a pattern takes all that the service takes of names and numbers in the registry, and no blank or control character',
  async (t) => {
    const { registrationNo, name } = (schemas.NewGroup as { properties: Record<string, Schema> }).properties;
    const shape = operations.find(({ operationId }) => operationId === 'createGroup')?.body;
    const ajv = new Ajv2020({ strict: false });
    const fits = { registrationNo: ajv.compile(registrationNo ?? {}), name: ajv.compile(name ?? {}) };
    const valid = { registrationNo: 'KK-1', name: 'กลุ่ม', areaCode: '410101' };
    const letters = fc.constantFrom(...'aZ0ก๑ิ่é中/.- \t\n\u0000\u0085\u00a0_[]`{}@:;"\'\\^~\u200b\ufeff😀');
    const text = fc.array(letters, { maxLength: 52 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom('registrationNo', 'name'), (value, field) => {
        const taken = shape?.safeParse({ ...valid, [field]: value }).success;
        return !taken || fits[field as 'name'](value);
      }),
    );
    for (const bad of ['', ' ', 'a\u0000', '\u0085', 'a\tb']) t.notOk(fits.name(bad), JSON.stringify(bad));
    for (const bad of ['', ' ', '-1', 'a b', 'a_b', 'a\n', 'x'.repeat(51)])
      t.notOk(fits.registrationNo(bad), JSON.stringify(bad));
    for (const good of ['กข-๑๒/2555', 'é.1', 'UD-1']) t.ok(fits.registrationNo(good), good);
  },
);

t.test('the problem documents of an operation name its codes and no other, and type what else they say', async (t) => {
  for (const operation of operations) {
    const name = problemNameOf(operation);
    const codes = new Set(refusalsOf(operation).map(({ code }) => code));
    t.strictSame((schemas[`${name}Code`] as Schema).enum, [...codes].sort(), operation.operationId);
    const { properties } = schemas[name] as { properties: Schema };
    const facts = [...codes].flatMap((code) => factsByCode[code] ?? []);
    t.strictSame(
      facts.filter((fact) => properties[fact] === undefined),
      [],
      operation.operationId,
    );
    const responses = document.paths?.[operation.path]?.[operation.method.toLowerCase() as 'get']?.responses ?? {};
    for (const [status, response] of Object.entries(responses).filter(([status]) => status >= '400')) {
      const { content } = response as { content: Record<string, { schema: Schema }> };
      const what = `${operation.operationId} ${status}`;
      t.strictSame(content['application/problem+json']?.schema, { $ref: `#/components/schemas/${name}` }, what);
    }
  }
});

t.test('the codes of problems and of errors are lists that every generator turns into types', async (t) => {
  t.strictSame((schemas.ProblemCode as Schema).enum, [...problemCatalogue.keys()].sort());
  t.strictSame((schemas.ViolationCode as Schema).enum, Object.keys(violationCodes));
  for (const name of ['Violation', 'RowError']) {
    const { properties } = schemas[name] as { properties: Record<string, Schema> };
    t.equal(properties.code?.$ref, '#/components/schemas/ViolationCode', name);
  }
});

function placesOf(found: readonly { place: string }[]): string[] {
  return found.map(({ place }) => place);
}

function isObject({ type }: Schema): boolean {
  return [type].flat().includes('object');
}

function parameterOf({ path, method }: { path: string; method: string }, name: string): Schema | undefined {
  const written = document.paths?.[path]?.[method.toLowerCase() as 'get']?.parameters ?? [];
  const resolved = written.map((parameter): Schema => {
    if (!('$ref' in parameter)) return { ...parameter };
    return { ...document.components?.parameters?.[parameter.$ref.split('/').at(-1) ?? ''] };
  });
  return resolved.find((parameter) => parameter.name === name);
}

function* schemasIn(node: unknown, place: string[]): Generator<{ place: string; schema: Schema }> {
  if (Array.isArray(node))
    for (const [index, value] of node.entries()) yield* schemasIn(value, [...place, String(index)]);
  else if (node !== null && typeof node === 'object') {
    const schema = node as Schema;
    if (!['properties', 'schemas'].includes(place.at(-1) ?? '')) yield { place: place.join('/'), schema };
    for (const [key, value] of Object.entries(schema)) {
      if (!['example', 'examples'].includes(key)) yield* schemasIn(value, [...place, key]);
    }
  }
}
