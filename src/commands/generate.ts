/** `npm run generate`: fills the configured, empty database with made-up data of any size, always the same, to measure by. */
import { readConfig } from '../config.js';
import { villageNames } from '../demo/names.js';
import { makeLog } from '../platform/log.js';
import { getInstrumentRow } from '../resources/instruments/instruments.store.js';
import { openDatabase } from '../start.js';
import { insertMadeUpData, isRegistryEmpty } from './generate.store.js';
import { command, run, wholeNumber } from './run.js';

const program = command(
  'DATABASE_URL=postgres://... npm run generate --',
  'Fills an empty database with made-up data, always the same, to measure by.',
)
  .option('--groups <number>', 'savings groups to register, up to 5,000,000', wholeNumber(5_000_000), 30_000)
  .option(
    '--rounds <number>',
    'rounds in which every group has a submitted sheet, up to 20; the last is open, those before it published',
    wholeNumber(20),
    2,
  );

program.action(async ({ groups, rounds }) => {
  const { database, firstKey } = await openDatabase(readConfig(process.env), makeLog('error'));
  try {
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    if (firstKey !== null) say(`There was no API key; the first admin key is in ${firstKey.path}.`);
    if (!(await isRegistryEmpty(database.db))) {
      throw new Error('This database has groups already. Made-up data belongs in a database of its own.');
    }
    const { content } = await getInstrumentRow(database.db, 'fhc@1');
    const instrument = { ...content, criteria: content.criteria.length };
    await insertMadeUpData(database.db, { groups, rounds, instrument, villages: villageNames() }, say);
    say(`MADE-UP DATA: ${groups} groups and ${rounds} rounds of ${groups} score sheets each.`);
  } finally {
    await database.close();
  }
});

await run(program);
