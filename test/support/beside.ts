import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { Test } from 'tap';
import { type Database, onlyRow, rowsOf } from '../../src/platform/db/database.js';

/** A connection to a test's database that is not the service's, for transactions that a test holds open; ended with the test. */
export async function connectBeside(t: Test, { db }: Pick<Database, 'db'>): Promise<pg.Client> {
  const { host, ...address } = onlyRow(
    await rowsOf<{ user: string; database: string; port: number; host: string | null }>(
      db,
      sql`select current_user as user, current_database() as database, inet_server_port() as port, host(inet_server_addr()) as host`,
    ),
  );
  const client = new pg.Client({ ...address, host: host ?? '127.0.0.1' });
  await client.connect();
  t.teardown(() => client.end());
  return client;
}
