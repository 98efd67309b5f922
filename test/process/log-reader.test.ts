import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { databases } from '../support/process.js';

const mainPath = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** A service whose log somebody reads; it is killed at the end of the test if it still lives. */
function launch(t: Test, variables: Record<string, string>) {
  const env = { PATH: process.env.PATH ?? '', PORT: '0', ...variables };
  const service = spawn(process.execPath, [mainPath], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => service.kill('SIGKILL'));
  return { service, exited: once(service, 'exit') };
}

for (const database of databases) {
  t.test(`${database.name}: a service whose log nobody reads any more ends as it should`, async (t) => {
    const { service, exited } = launch(t, await database.storage(t));
    let said = '';
    for await (const part of service.stdout) {
      said += part;
      if (said.includes('"ready"')) break;
    }
    // Leaving the loop has closed our end of the pipe.
    t.ok(service.stdout.destroyed);
    service.kill('SIGTERM');
    t.strictSame(await exited, [0, null]);
  });
}

t.test('a service that cannot start ends, also when nobody reads why', async (t) => {
  const { service, exited } = launch(t, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATA_DIR: t.testdir() });
  service.stdout.destroy();
  t.strictSame(await exited, [1, null]);
});

t.test('and says why as long as somebody reads', async (t) => {
  const { service, exited } = launch(t, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATA_DIR: t.testdir() });
  let said = '';
  service.stdout.on('data', (part) => {
    said += part;
  });
  t.strictSame(await exited, [1, null]);
  t.match(said, 'the service could not start');
});
