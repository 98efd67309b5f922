/** Makes an API key on the server's own command line, for whoever may run commands there; it asks for no other key. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.js';
import type { Db } from '../platform/db/database.js';
import { makeLog } from '../platform/log.js';
import { createKey, type NewKey, theService } from '../resources/api-keys/api-keys.actions.js';
import { createApiKey } from '../resources/api-keys/api-keys.contract.js';
import { findArea } from '../resources/areas/areas.store.js';
import { openDatabase } from '../start.js';
import { runCommand } from './run.js';

const help = `npm run create-api-key -- --name "District office 4010" --permissions read,assessments:write [--area 4010] [--expires 2027-01-01T00:00:00Z]

  --permissions  separated by commas
  --area         what the key sees and changes, by its code; without it the whole country
  --expires      an instant with its offset; without it the key is valid until it is revoked
  --help         this text
`;

const optionOf: Record<string, string> = { areaCode: 'area', expiresAt: 'expires' };

await runCommand(help, async () => {
  const wanted = readArguments();
  const { database, firstKey } = await openDatabase(readConfig(process.env), makeLog('error'));
  if (firstKey !== null) process.stdout.write(`There was no API key; the first admin key is in ${firstKey.path}.\n`);
  try {
    await requireKnownArea(database.db, wanted.areaCode);
    const { key, secret } = await createKey(database.db, theService, wanted);
    const where = key.areaCode === null ? 'the whole country' : `area ${key.areaCode}`;
    process.stdout.write(
      `API key ${key.apiKeyId} (${key.name}) for ${where}: ${key.permissions.join(', ')}; ` +
        `${key.expiresAt === null ? 'does not expire' : `expires ${key.expiresAt}`}.\n` +
        `Shown this once, only its hash is kept:\n${secret}\n`,
    );
    return 0;
  } finally {
    await database.close();
  }
});

/** The arguments by the shape of POST /v1/api-keys, so that both ways to make a key accept the same. */
function readArguments(): NewKey {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { name: text, permissions: text, area: text, expires: text } });
  const parsed = createApiKey.body.safeParse({
    name: values.name,
    permissions: values.permissions?.split(',').map((permission) => permission.trim()),
    areaCode: values.area ?? null,
    expiresAt: values.expires ?? null,
  });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: [field], message }) => {
    return `  --${optionOf[String(field)] ?? String(field)}: ${message}`;
  });
  throw new Error(`The arguments are wrong:\n${faults.join('\n')}\n\n${help}`);
}

async function requireKnownArea(db: Db, areaCode: string | null): Promise<void> {
  if (areaCode !== null && (await findArea(db, areaCode)) === null) {
    throw new Error(`${areaCode} is not the code of an area.`);
  }
}
