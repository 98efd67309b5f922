/** `npm run check-registry`: finds registration numbers that do not agree with their groups, mends them, and lists doubles. */
import { readConfig } from '../config.js';
import { makeLog } from '../platform/log.js';
import { openDatabase } from '../start.js';
import {
  listButForZeros,
  listReleased,
  listSharing,
  mendReservations,
  type NamedGroup,
} from './check-registry.store.js';
import { command, run } from './run.js';

const program = command(
  'npm run check-registry',
  'Looks through the registration numbers in the database at DATABASE_URL, else in the embedded one in DATA_DIR: ' +
    'numbers that are reserved for no group are freed and those that groups have are reserved. Then it lists what people ' +
    'have to decide: groups that share one number in two writings, numbers that an import had once reserved in vain, and ' +
    'numbers that differ only by zeros. It changes no group.',
).action(async () => {
  const { database } = await openDatabase(readConfig(process.env), makeLog('error'));
  try {
    const { db } = database;
    process.stdout.write(`Reservations that were mended: ${await mendReservations(db)}.\n`);
    tell('Groups whose number, written otherwise, is that of an older group', await listSharing(db));
    tell('Numbers that were reserved in vain and are free again, and for which group', await listReleased(db));
    tell('Groups whose numbers differ only by zeros', await listButForZeros(db));
  } finally {
    await database.close();
  }
});

await run(program);

function tell(what: string, groups: readonly NamedGroup[]): void {
  const lines = groups.map(({ registrationNo, groupId }) => `  ${registrationNo}  ${groupId}\n`);
  process.stdout.write(`${what}: ${groups.length}.\n${lines.join('')}`);
}
