/** `npm run generate`: fills the configured, empty database with made-up data of any size, always the same, to measure by. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.js';
import { villageNames } from '../demo/names.js';
import { makeLog } from '../platform/log.js';
import { getInstrumentRow } from '../resources/instruments/instruments.store.js';
import { openDatabase } from '../start.js';
import { insertMadeUpData, isRegistryEmpty } from './generate.store.js';
import { runCommand } from './run.js';

const help = `DATABASE_URL=postgres://... npm run generate -- --groups 30000 --rounds 2

  --groups  savings groups to register, up to 5,000,000 (default 30000)
  --rounds  rounds in which every group has a submitted sheet; the last is open, those before it published (default 2)
  --help    this text
`;

await runCommand(help, async () => {
  const { groups, rounds } = readArguments();
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
    return 0;
  } finally {
    await database.close();
  }
});

function readArguments(): { groups: number; rounds: number } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { groups: text, rounds: text } });
  return {
    groups: wholeNumber('groups', values.groups ?? '30000', 5_000_000),
    rounds: wholeNumber('rounds', values.rounds ?? '2', 20),
  };
}

function wholeNumber(name: string, text: string, largest: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > largest) throw new Error(`--${name} is a whole number from 1 to ${largest}.\n\n${help}`);
  return number;
}
