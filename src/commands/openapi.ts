/** Writes the contract and the list of operations from the code; with `--check` only says whether they are current. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import { assembleApp } from '../app.js';
import { readConfig } from '../config.js';
import { openPool } from '../platform/db/connect.js';
import type { Database } from '../platform/db/database.js';
import type { Operation } from '../platform/http/operation.js';
import { makeLog } from '../platform/log.js';
import { command, run } from './run.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const resources = 'src/resources';
const openapiDir = join(root, 'openapi/');

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
  const log = makeLog('silent');
  const app = await assembleApp(readConfig({}), unaskedDatabase(log), log, {
    strictAnswers: false,
    cursorSecret: '',
  });
  await app.ready();
  const lines = operationLines(app.operations, await filesByOperation());
  return new Map([
    ['openapi.json', `${JSON.stringify(app.swagger(), null, 2)}\n`],
    ['operations.txt', `${lines.join('\n')}\n`],
  ]);
}

/** Routes are added with a database at hand, and none is asked until there is a request. */
function unaskedDatabase(log: Logger): Database {
  const settings = { poolSize: 1, connectTimeoutMs: 1, statementTimeoutMs: 1, lockTimeoutMs: 1 };
  return openPool({ url: 'postgres://nobody@localhost/none', ...settings }, log);
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

/** One line per operation, in the order of the contract: operationId, method, path, and the file with its route. */
function operationLines(operations: readonly Operation[], files: Map<Operation, string>): string[] {
  const rows = operations.map((operation) => {
    const file = files.get(operation);
    if (file === undefined) throw new Error(`${operation.operationId} is served, but no *.routes.ts imports it.`);
    return [operation.operationId, operation.method, operation.path, file];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' '));
}

/**
 * In which file each operation has its route: the one that imports it from its contract. The sources are read, because
 * what was compiled may still have files that were moved since.
 * @throws Error when two files do
 */
async function filesByOperation(): Promise<Map<Operation, string>> {
  const names = await readdir(join(root, resources), { recursive: true });
  const files = new Map<Operation, string>();
  for (const file of names.filter((name) => name.endsWith('.routes.ts')).map((name) => join(resources, name))) {
    for (const operation of await importedOperations(file)) {
      const other = files.get(operation);
      if (other !== undefined) throw new Error(`${operation.operationId} is imported by both ${other} and ${file}.`);
      files.set(operation, file);
    }
  }
  return files;
}

async function importedOperations(file: string): Promise<Operation[]> {
  const text = await readFile(join(root, file), 'utf8');
  const operations: Operation[] = [];
  for (const [, names = '', contract = ''] of text.matchAll(/import \{([^}]*)\} from '([^']+\.contract\.js)'/g)) {
    const path = join(root, 'build', dirname(file), contract);
    const exported: Record<string, unknown> = await import(pathToFileURL(path).href);
    const imported = names.split(',').map((name) => exported[name.trim()]);
    operations.push(...imported.filter(isOperation));
  }
  return operations;
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'operationId' in value;
}
