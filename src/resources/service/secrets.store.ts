import { eq, sql } from 'drizzle-orm';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { serviceSecrets } from './secrets.table.js';

/** The secret of that name, the same on every node: the first to ask makes it. */
export async function sharedSecret(db: Db, name: string, fresh: string): Promise<string> {
  // No record of the field, so it leaves no change behind and needs none of what `write` does.
  await db.execute(sql`insert into ${serviceSecrets} (name, secret) values (${name}, ${fresh}) on conflict do nothing`);
  return onlyRow(await db.select().from(serviceSecrets).where(eq(serviceSecrets.name, name))).secret;
}
