/** What a service that was killed leaves behind, and a PostgreSQL that ends under its service. */
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import t, { type Test } from 'tap';
import { makeCall } from '../../src/demo/client.js';
import { findPrograms, linkLibraries } from '../../src/platform/db/embedded/package.js';
import { chooseRunner } from '../../src/platform/db/embedded/runner.js';
import { type Server, startServer } from '../../src/platform/db/embedded/server.js';
import {
  embeddedStorage,
  endsWith,
  keyCount,
  launch,
  startService,
  temporaryDirectory,
  urlOf,
} from '../support/process.js';
import { until } from '../support/wait.js';

const secret = `prot_${'takeover'.padEnd(43, '-')}`;

t.setTimeout(110_000);

t.test('the PostgreSQL of a service that was killed ends by itself', async (t) => {
  const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
  const service = await startService(t, variables);
  const other = await connected(t, urlOf(variables));
  await service.kill('SIGKILL');
  await until('its PostgreSQL has ended', () => other.ended);
  await until('its lock file is gone', () => hasNone(lockFile(variables.DATA_DIR)));
});

t.test('one that has not noticed is ended by the next start', async (t) => {
  const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
  const left = await startOnIts(t, variables.DATA_DIR, join(variables.DATA_DIR, 'run'));
  const other = await connected(t, urlOf(variables));
  const service = await startService(t, variables);
  await left.exited;
  t.ok(other.ended);
  t.equal(await keyCount(service.address, secret), 1);
});

t.test('one that somebody else runs there is left alone, and the start refused', async (t) => {
  const variables = await embeddedStorage(t);
  const folder = await temporaryDirectory(t);
  await startOnIts(t, variables.DATA_DIR, folder);
  await endsWith(
    t,
    launch(t, variables),
    /A PostgreSQL that Prot did not start \(process \d+\) runs in .*: stop it first/,
  );
  const url = `postgres://prot@localhost/postgres?host=${encodeURIComponent(folder)}`;
  t.notOk((await connected(t, url)).ended, 'it goes on');
});

t.test('a lock file that names a process which is no PostgreSQL, or none at all, stops nobody', async (t) => {
  const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
  for (const pid of [process.pid, 2 ** 22 + 1]) {
    const data = join(variables.DATA_DIR, 'postgres');
    const lines = [pid, data, 1_700_000_000, 5432, join(variables.DATA_DIR, 'run'), '', '0 0', 'ready'];
    await writeFile(lockFile(variables.DATA_DIR), `${lines.join('\n')}\n`, { mode: 0o600 });
    const service = await startService(t, variables);
    t.equal(await keyCount(service.address, secret), 1);
    await service.kill('SIGTERM');
  }
});

t.test(
  'requests get 503 while PostgreSQL is away, and when it does not come back the service ends with 1',
  async (t) => {
    const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
    const service = await startService(t, variables);
    const control = join(variables.DATA_DIR, 'postgres/global/pg_control');
    const [pid] = (await readFile(lockFile(variables.DATA_DIR), 'utf8')).split('\n');
    await rename(control, `${control}.away`);
    process.kill(Number(pid), 'SIGKILL');
    const call = makeCall(service.address, secret, [503]);
    await until('requests are refused', async () => (await call('GET', '/v1/groups')).status === 503);
    await endsWith(t, service, /ended again and again and was given up: postgres ended: could not find the database/);
    await rename(`${control}.away`, control);
    t.ok(await startService(t, variables), 'and starts when that is mended');
  },
);

if (process.geteuid?.() === 0) {
  t.test('as root without namespaces it runs as nobody, in a directory of its own', async (t) => {
    const DATA_DIR = join(await temporaryDirectory(t), 'data');
    await chmod(join(DATA_DIR, '..'), 0o755);
    const variables = { ...(await withoutNamespaces(t)), DATA_DIR, BOOTSTRAP_API_KEY: secret };
    const service = await startService(t, variables);
    t.equal(await keyCount(service.address, secret), 1);
    t.not((await stat(join(DATA_DIR, 'postgres'))).uid, 0);
    t.equal((await stat(join(DATA_DIR, 'postgres'))).mode & 0o777, 0o700);
    await service.kill('SIGTERM');
    const { PATH: _, ...asBefore } = variables;
    const again = await startService(t, asBefore);
    t.equal(await keyCount(again.address, secret), 1, 'and later as its owner');
  });

  t.test('as root where nobody else may enter, without namespaces, it says what to do', async (t) => {
    const DATA_DIR = join(await temporaryDirectory(t), 'data');
    const service = launch(t, { ...(await withoutNamespaces(t)), DATA_DIR });
    await endsWith(
      t,
      service,
      /PostgreSQL does not run as root, and no other user may work in .*: start Prot as an ordinary/,
    );
    t.equal((await stat(DATA_DIR)).mode & 0o777, 0o700, 'the directory has its mode again');
  });
}

/** A PATH on which the program fails that makes namespaces, as in a container that forbids them. */
async function withoutNamespaces(t: Test): Promise<{ PATH: string }> {
  const folder = await temporaryDirectory(t);
  await writeFile(join(folder, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  return { PATH: `${folder}:${process.env.PATH}` };
}

/** Starts a PostgreSQL on the database of a service that does not run. */
async function startOnIts(t: Test, outer: string, run: string): Promise<Server> {
  const data = join(outer, 'postgres');
  await mkdir(run, { recursive: true, mode: 0o700 });
  const programs = await findPrograms();
  const env = { PATH: process.env.PATH, ...(await linkLibraries(programs, join(run, 'lib'))) };
  const runner = await chooseRunner({ outer, inner: run, database: data }, programs.initdb, env);
  const server = await startServer({ data, run, programs, env, runner }, {});
  t.teardown(() => server.stop());
  return server;
}

/** A connection that knows when it has ended. */
async function connected(t: Test, url: string): Promise<{ ended: boolean }> {
  const client = new pg.Client({ connectionString: url, application_name: 'other' });
  const state = { ended: false };
  client
    .on('error', () => {})
    .on('end', () => {
      state.ended = true;
    });
  await client.connect();
  t.teardown(() => client.end());
  return state;
}

function lockFile(dataDir: string): string {
  return join(dataDir, 'postgres/postmaster.pid');
}

function hasNone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}
