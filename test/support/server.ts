/**
 * The PostgreSQL of one test run on a machine that has none, as a process of its own: started by `before`, it runs until
 * `after` ends it or the run is gone. Arguments: a directory for it, and the process whose run it is. It listens on a
 * loopback port with a password, because tests put proxies and poolers before it.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { findPrograms, linkLibraries } from '../../src/platform/db/embedded/package.js';
import { chooseRunner, giveTo } from '../../src/platform/db/embedded/runner.js';
import { makeDatabase, startServer } from '../../src/platform/db/embedded/server.js';
import { freePort } from './port.js';

const [, , outer = '', owner = ''] = process.argv;
const [run, data] = [join(outer, 'run'), join(outer, 'postgres')];
await mkdir(run, { recursive: true, mode: 0o700 });
const programs = await findPrograms();
const env = { PATH: process.env.PATH, LC_ALL: 'C', ...(await linkLibraries(programs, join(run, 'lib'))) };
const runner = await chooseRunner({ outer, inner: run, database: null }, programs.initdb, env);
await mkdir(data, { mode: 0o700 });
await giveTo(runner, data);
await makeDatabase({ programs, env, runner }, data);
const access = join(run, 'access.conf');
await writeFile(access, 'local all prot trust\nhost all all 127.0.0.1/32 scram-sha-256\n');
await giveTo(runner, access);
const port = String(await freePort());
const password = crypto.randomUUID();
// What tests write need not outlive the machine.
const speed = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' };
const reach = { listen_addresses: '127.0.0.1', port, hba_file: access, max_connections: '300' };
const server = await startServer({ data, run, programs, env, runner }, { ...speed, ...reach });
const admin = new pg.Client({ host: run, port: Number(port), user: 'prot', database: 'postgres' });
await admin.connect();
await admin.query(`alter role prot password '${password}'`);
await admin.end();

const stop = async () => {
  await server.stop();
  process.exit(0);
};
process.on('SIGTERM', stop);
setInterval(() => {
  if (!lives(Number(owner))) void stop();
}, 1_000);

const ready = JSON.stringify({ url: `postgres://prot:${password}@127.0.0.1:${port}/postgres`, pid: process.pid });
await writeFile(join(outer, 'ready.part'), ready, { mode: 0o600 });
await rename(join(outer, 'ready.part'), join(outer, 'ready.json'));

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
