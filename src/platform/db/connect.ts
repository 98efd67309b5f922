import { drizzle } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Connections, type PostgresSettings } from './connections.js';
import type { Database, Db } from './database.js';
import { wholeReader } from './read-whole.js';
import { provideTransactions, transactionsOf } from './transactions.js';

/** Opens a pool to PostgreSQL. Nothing is connected until the first query. */
export function openPool(settings: PostgresSettings, log: Logger): Database {
  const connections = new Connections(settings, log);
  const pool = connections as unknown as Pool;
  const db: Db = drizzle(pool);
  provideTransactions(db, transactionsOf(connections, drizzle));
  return {
    db,
    ask: () => connections.ask(),
    readWhole: wholeReader(connections),
    close: () => connections.end(),
  };
}
