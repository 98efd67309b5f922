import { eq } from 'drizzle-orm';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { serviceSecrets } from './secrets.table.js';

/** The secret of that name, the same on every node: the first to ask makes it. */
export async function sharedSecret(db: Db, name: string, fresh: string): Promise<string> {
  await db.insert(serviceSecrets).values({ name, secret: fresh }).onConflictDoNothing();
  return onlyRow(await db.select().from(serviceSecrets).where(eq(serviceSecrets.name, name))).secret;
}
