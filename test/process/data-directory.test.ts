import { cp, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { forEachOf } from '../../src/demo/client.js';
import { embeddedStorage, endsWith, keyCount, launch, startService, temporaryDirectory } from '../support/process.js';

const secret = `prot_${'start'.padEnd(43, '-')}`;
const inUse = /is in use by another process of Prot: stop that one first/;

t.setTimeout(110_000);

t.test('a second process on one DATA_DIR ends with a clear message, and the first goes on', async (t) => {
  const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
  const first = await startService(t, variables);
  await endsWith(t, launch(t, variables), inUse);
  t.equal(await keyCount(first.address, secret), 1);
});

t.test('a DATA_DIR too deep for a unix socket is held all the same, under whatever name', async (t) => {
  const { DATA_DIR } = await embeddedStorage(t);
  const deep = join(await temporaryDirectory(t), 'd'.repeat(120));
  const short = join(await temporaryDirectory(t), 'short');
  await cp(DATA_DIR, deep, { recursive: true });
  await symlink(deep, short);
  const TMPDIR = await temporaryDirectory(t);
  const socketFolders = async () => (await readdir(TMPDIR)).filter((name) => name.startsWith('prot-run-'));
  const first = await startService(t, { TMPDIR, DATA_DIR: deep });
  await endsWith(t, launch(t, { TMPDIR, DATA_DIR: deep }), inUse);
  const other = launch(t, { TMPDIR, DATA_DIR: short });
  t.equal(await other.ready, null, 'a link to it is the same directory');
  await Promise.all([first.kill('SIGKILL'), other.kill('SIGKILL')]);
  const last = await startService(t, { TMPDIR, DATA_DIR: deep });
  t.equal((await socketFolders()).length, 1, 'and can be taken over when that was killed, with all that it left');
  await last.kill('SIGTERM');
  t.strictSame(await socketFolders(), []);
});

t.test('of 8 processes that start at once on a new DATA_DIR one wins, and so after that was killed', async (t) => {
  const variables = { DATA_DIR: await temporaryDirectory(t), BOOTSTRAP_API_KEY: secret };
  for (const what of ['new', 'left by a process that was killed']) {
    const starts = Array.from({ length: 8 }, () => launch(t, variables));
    const addresses = await Promise.all(starts.map(({ ready }) => ready));
    const winners = starts.filter((_, index) => addresses[index] !== null);
    t.equal(winners.length, 1, `one wins the directory that is ${what}`);
    await forEachOf(
      starts.filter((start) => !winners.includes(start)),
      (loser) => endsWith(t, loser, inUse),
    );
    t.equal(await keyCount(String(addresses.find((address) => address !== null)), secret), 1);
    await Promise.all(winners.map((winner) => winner.kill('SIGKILL')));
  }
});
