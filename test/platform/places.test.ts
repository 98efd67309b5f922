import fc from 'fast-check';
import t from 'tap';
import { Places, type Work } from '../../src/platform/db/places.js';

const works: readonly Work[] = ['read', 'write', 'list', 'import'];
const waitMs = { read: 20, write: 20, list: 20, import: 20 };
const mostWaiting = { read: 1_000, write: 1_000, list: 1_000, import: 1_000 };

/** How many places each kind of work gets when it alone wants all of them. */
async function mostOf(size: number, work: Work): Promise<number> {
  const places = new Places({ size, waitMs, mostWaiting });
  const taken = await Promise.allSettled(Array.from({ length: size + 1 }, () => places.take(work)));
  return taken.filter(({ status }) => status === 'fulfilled').length;
}

t.test('of ten connections reads and writes leave two to each other, lists take half, and files two', async (t) => {
  const most = await Promise.all(works.map((work) => mostOf(10, work)));
  t.strictSame(most, [8, 8, 5, 2]);
});

t.test('a pool of one or two connections has nothing to divide, and all kinds of work get on', async (t) => {
  for (const size of [1, 2]) {
    t.strictSame(await Promise.all(works.map((work) => mostOf(size, work))), [size, size, 1, 1]);
  }
});

t.test('whatever else holds all that it may, a read and a write find a place at once', async (t) => {
  for (let size = 3; size <= 60; size += 1) {
    for (const [hungry, wanted] of [
      [['write', 'list', 'import'], 'read'],
      [['read', 'list', 'import'], 'write'],
    ] as const) {
      const places = new Places({ size, waitMs, mostWaiting });
      const greed = hungry.flatMap((work) => Array.from({ length: size }, () => places.take(work)));
      for (const wait of greed) wait.catch(() => {});
      const found = await Promise.race([
        places.take(wanted).then(() => 'a place'),
        new Promise((r) => setImmediate(r)),
      ]);
      t.equal(found, 'a place', `${wanted} of ${size}`);
    }
  }
});

t.test('who waits is served in the order of coming, and is refused when its time is over', async (t) => {
  const places = new Places({
    size: 1,
    waitMs: { read: 60_000, write: 5, list: 60_000, import: 60_000 },
    mostWaiting,
  });
  const giveBack = await places.take('read');
  const order: string[] = [];
  const served = (['first', 'second', 'third'] as const).map(async (name, index) => {
    const back = await places.take(index === 1 ? 'list' : 'read');
    order.push(name);
    back();
  });
  await t.rejects(places.take('write'), { code: 'unavailable', kind: 'unavailable' });
  giveBack();
  await Promise.all(served);
  t.strictSame(order, ['first', 'second', 'third']);
  t.ok(await places.take('write'), 'and nothing is lost by those who gave up');
});

t.test('when as many wait as may, one more is refused at once, and other kinds of work are not', async (t) => {
  const patient = { read: 60_000, write: 60_000, list: 60_000, import: 60_000 };
  const places = new Places({ size: 1, waitMs: patient, mostWaiting: { ...mostWaiting, read: 2 } });
  const giveBack = await places.take('read');
  const order: string[] = [];
  const waiting = ['first', 'second'].map(async (name) => {
    const back = await places.take('read');
    order.push(name);
    back();
  });
  await t.rejects(places.take('read'), { code: 'unavailable', kind: 'unavailable' });
  const write = places.take('write').then((back) => back());
  giveBack();
  await Promise.all([...waiting, write]);
  t.strictSame(order, ['first', 'second']);
});

t.test(
  'there are never more at work than connections, nobody waits while there is room, and all come to an end',
  async () => {
    const job = fc.record({ work: fc.constantFrom(...works), turns: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(job, { maxLength: 60 }), async (size, jobs) => {
        const patient = { read: 60_000, write: 60_000, list: 60_000, import: 60_000 };
        const places = new Places({ size, waitMs: patient, mostWaiting });
        let atWork = 0;
        let most = 0;
        await Promise.all(
          jobs.map(async ({ work, turns }) => {
            const giveBack = await places.take(work);
            atWork += 1;
            most = Math.max(most, atWork);
            for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            atWork -= 1;
            giveBack();
          }),
        );
        return most <= size && atWork === 0;
      }),
      { numRuns: 50 },
    );
  },
);
