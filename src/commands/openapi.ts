/** Writes the contract and the list of operations from the code; with `--check` only says whether they are current. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { makeApp } from '../app.js';
import { readConfig } from '../config.js';
import { embeddedDatabase } from '../platform/db/connect.js';
import { migrateEmbedded } from '../platform/db/migrate.js';
import type { Operation } from '../platform/http/operation.js';
import { makeLog } from '../platform/log.js';
import { command, run } from './run.js';

const resourcesDir = fileURLToPath(new URL('../resources/', import.meta.url));
const openapiDir = fileURLToPath(new URL('../../../openapi/', import.meta.url));

const program = command(
  'npm run openapi --',
  'Writes openapi/openapi.json and openapi/operations.txt from the code.',
).option('--check', 'writes nothing, and ends with 1 when they are not what the code serves');

program.action(async ({ check }) => {
  const generated = await generate();
  process.exitCode = check ? await compare(generated) : await write(generated);
});

await run(program);

/** Text of each generated file by its name in openapi/. */
async function generate(): Promise<Map<string, string>> {
  const database = await embeddedDatabase(new PGlite());
  await migrateEmbedded(database);
  const app = await makeApp(readConfig({}), database, makeLog('silent'));
  await app.ready();
  const document = app.swagger();
  const lines = operationLines(app.operations, await foldersByOperation());
  await app.close();
  await database.close();
  return new Map([
    ['openapi.json', `${JSON.stringify(document, null, 2)}\n`],
    ['operations.txt', `${lines.join('\n')}\n`],
  ]);
}

async function compare(texts: Map<string, string>): Promise<number> {
  const stale: string[] = [];
  for (const [name, text] of texts) {
    const committed = await readFile(openapiDir + name, 'utf8').catch(() => '');
    if (committed !== text) stale.push(`openapi/${name}`);
  }
  if (stale.length === 0) {
    process.stdout.write('The contract in openapi/ is what the code serves.\n');
    return 0;
  }
  process.stderr.write(
    `${stale.join(' and ')} no longer says what the code serves. Run \`npm run openapi\`, read the difference as a client ` +
      'would, say it in openapi/CHANGELOG.md, and commit all of it.\n',
  );
  return 1;
}

async function write(texts: Map<string, string>): Promise<number> {
  await mkdir(openapiDir, { recursive: true });
  for (const [name, text] of texts) await writeFile(openapiDir + name, text);
  process.stdout.write(`Wrote ${[...texts.keys()].map((name) => `openapi/${name}`).join(' and ')}.\n`);
  return 0;
}

/** One line per operation, in the order of the contract: operationId, method, path, folder. */
function operationLines(operations: readonly Operation[], folders: Map<string, string>): string[] {
  const rows = operations.map(({ operationId, method, path }) => {
    const folder = folders.get(operationId);
    if (folder === undefined) throw new Error(`${operationId} is served but no *.contract.ts exports it.`);
    return [operationId, method, path, folder];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' '));
}

/** Which folder's contract exports an operation: the exports are asked, so the list cannot point to the wrong place. */
async function foldersByOperation(): Promise<Map<string, string>> {
  const files = await readdir(resourcesDir, { recursive: true });
  const folders = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith('.contract.js'))) {
    const exported: Record<string, unknown> = await import(pathToFileURL(resourcesDir + file).href);
    for (const value of Object.values(exported)) {
      if (isOperation(value)) folders.set(value.operationId, `src/resources/${file.split('/')[0]}`);
    }
  }
  return folders;
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'operationId' in value;
}
