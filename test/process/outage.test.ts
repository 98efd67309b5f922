/** A process whose database or disk is gone ends and refuses to start as it should. */
import t from 'tap';
import { makeCall } from '../../src/demo/client.js';
import { databaseStorage, endsWith, launch, startService, temporaryDirectory } from '../support/process.js';
import { startSilentProxy } from '../support/proxy.js';

const secret = `prot_${'outage'.padEnd(43, '-')}`;

t.setTimeout(110_000);

t.test('a temporary directory that is not there ends the start with 1 and is named', async (t) => {
  const variables = { DATA_DIR: await temporaryDirectory(t), TMPDIR: '/proc/no-such-directory' };
  await endsWith(t, launch(t, variables), /temporary directory \/proc\/no-such-directory takes no files; set TMPDIR/);
});

t.test('SIGTERM while the network swallows everything answers who waits with 503 and ends with 0', async (t) => {
  const proxy = await startSilentProxy(t);
  const storage = await databaseStorage(t);
  const DATABASE_URL = proxy.through(storage.DATABASE_URL);
  const service = await startService(t, { ...storage, DATABASE_URL, BOOTSTRAP_API_KEY: secret });
  const call = makeCall(service.address, secret, [503]);
  t.equal((await call('GET', '/v1/groups')).status, 200);
  proxy.swallow('all');
  const waiting = [
    call('GET', '/v1/groups'),
    call('POST', '/v1/teams', { name: 'ทีม', tier: 'province', areaCode: '40', members: [] }),
  ];
  // Both wait for the database when the signal comes.
  await Promise.all(waiting.map(() => fetch(`${service.address}/livez`).then((answer) => answer.text())));
  const ended = service.kill('SIGTERM');
  for (const { status, body } of await Promise.all(waiting)) t.strictSame([status, body.code], [503, 'unavailable']);
  t.strictSame(await ended, { code: 0, signal: null });
});
