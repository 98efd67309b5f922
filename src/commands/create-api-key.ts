/** Makes an API key on the server's own command line, for whoever may run commands there; it asks for no other key. */
import type { z } from 'zod';
import { readConfig } from '../config.js';
import { isRole, roles } from '../domain/access.js';
import type { Db } from '../platform/db/database.js';
import { makeLog } from '../platform/log.js';
import { violationsOf } from '../platform/violations/violations.js';
import { createKey, theService } from '../resources/api-keys/api-keys.actions.js';
import { createApiKey } from '../resources/api-keys/api-keys.contract.js';
import { findArea } from '../resources/areas/areas.store.js';
import { openDatabase } from '../start.js';
import { command, run } from './run.js';

const optionOf: Record<string, string> = {
  areaCode: 'area',
  expiresAt: 'expires',
  teamId: 'team',
  actsOnBehalf: 'on-behalf',
};

const program = command(
  'npm run create-api-key --',
  "Makes an API key on the server's own command line, for whoever may run commands there; it asks for no other key.",
)
  .option('--name <text>', 'what it is for, such as "District office 4010"')
  .option('--role <role>', `a role of the field: ${Object.keys(roles).join(', ')}`)
  .option('--permissions <list>', 'instead of a role or beside it: separated by commas, such as read,assessments:write')
  .option('--area <code>', 'what the key sees and changes, by its code; without it the whole country')
  .option('--team <id>', 'the check team that the key is bound to')
  .option('--on-behalf', 'let it name in On-Behalf-Of the officer for whom it acts')
  .option('--expires <instant>', 'an instant with its offset; without it the key is valid until it is revoked');

program.action(async ({ name, role, permissions, area = null, team = null, onBehalf = false, expires = null }) => {
  if (role !== undefined && !isRole(role)) return program.error(`error: --role: ${role} is no role of the field.`);
  const listed = permissions?.split(',').map((permission) => permission.trim());
  const ofRole = role === undefined ? [] : roles[role];
  const given = {
    name,
    permissions: listed === undefined && role === undefined ? undefined : [...new Set([...ofRole, ...(listed ?? [])])],
    areaCode: area,
    teamId: team,
    actsOnBehalf: onBehalf,
    expiresAt: expires,
  };
  // By the shape of POST /v1/api-keys, so that both ways to make a key accept the same.
  const parsed = createApiKey.body.safeParse(given, { reportInput: true });
  if (!parsed.success) return program.error(faultsText(parsed.error.issues));
  const wanted = parsed.data;
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
  } finally {
    await database.close();
  }
});

await run(program);

function faultsText(issues: readonly z.core.$ZodIssue[]): string {
  const violations = issues.flatMap((issue) => violationsOf(issue, [], createApiKey.body, 'text'));
  const lines = violations.map(({ pointer, detail }) => {
    const [, field = ''] = pointer.split('/');
    return `  --${optionOf[field] ?? field}: ${detail.en}`;
  });
  return ['error: the arguments are wrong:', ...lines].join('\n');
}

async function requireKnownArea(db: Db, areaCode: string | null): Promise<void> {
  if (areaCode !== null && (await findArea(db, areaCode)) === null) {
    throw new Error(`${areaCode} is not the code of an area.`);
  }
}
