/**
 * Generated clients: what three generators make of the contract compiles under `--strict`, and walks the example of the
 * README against a running service. The walks are in test/clients/; they are compiled here, with what is generated.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { generateApi } from 'swagger-typescript-api';
import t from 'tap';
import ts from 'typescript';
import type { Walk } from '../clients/walk.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { makeKey } from '../support/keys.js';

const walks = fileURLToPath(new URL('../../../test/clients/', import.meta.url));
const work = fileURLToPath(new URL(`../../clients-${process.pid}/`, import.meta.url));
const generated = join(work, 'generated');
const document = join(work, 'openapi.json');

t.before(async () => {
  await cp(walks, work, { recursive: true });
  await mkdir(generated);
});
t.teardown(() => rm(work, { recursive: true, force: true }));

t.test('three generators make clients that compile', async (t) => {
  const { app } = await startTestApp(t);
  await writeFile(document, JSON.stringify(app.swagger()));
  const types = await openapiTypescript(pathToFileURL(document));
  await writeFile(join(generated, 'openapi-typescript.ts'), astToString(types));
  await createClient({
    input: document,
    output: { path: join(generated, 'hey-api'), module: { extension: '.js' } },
    plugins: ['@hey-api/client-fetch'],
    logs: { level: 'silent', file: false },
  });
  await generateApi({
    input: document,
    output: generated,
    fileName: 'swagger-typescript-api.ts',
    httpClientType: 'fetch',
    generateUnionEnums: true,
    silent: true,
  });
  t.strictSame(compile(), []);
});

for (const name of ['openapi-fetch', 'hey-api', 'swagger-typescript-api']) {
  t.test(`the client of ${name} walks from a group to the effect of its plan`, async (t) => {
    const { app, admin } = await startTestApp(t);
    const { secret: reviewerKey } = await makeKey(admin, {});
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const { walk }: { walk: Walk } = await import(pathToFileURL(join(work, `${name}.js`)).href);
    const { exported, ...walked } = await walk({ url, key: adminSecret, reviewerKey });
    t.hasStrict(JSON.parse(exported), { registrationNo: 'UD-1', figures: { memberCount: 71, savingsBaht: 366500.5 } });
    t.hasStrict(walked, {
      name: 'กลุ่มออมทรัพย์บ้านตัวอย่าง',
      unchanged: 1,
      refused: { code: 'registration-no-taken', registrationNo: 'UD-1' },
      // The weakest criterion is at level 1, and one group of one failed it; all else is passed.
      healthLevel: 1,
      confirmedBy: 'A test',
      mostFailed: { criterionNo: 2, groups: 1, failedPercent: 100 },
      planned: { criterionNo: 2, status: 'done' },
      matrix: [
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
      ],
      passedAfterAction: 1,
    });
  });
}

/** Compiles the walks and all that is generated; gives what the compiler says against it. */
function compile(): string[] {
  const roots = ['openapi-fetch', 'hey-api', 'swagger-typescript-api'].map((name) => join(work, `${name}.ts`));
  const program = ts.createProgram(roots, {
    strict: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    types: [],
  });
  const said = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  return said.map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? '' : `:${file.getLineAndCharacterOfPosition(start).line + 1}`;
    return `${file?.fileName.slice(work.length)}${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
