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
  const db: Db = drizzle(asPool(connections));
  const single = asPool({ query: (config, values) => connections.query(config, values, 'write') });
  provideTransactions(db, transactionsOf(connections, drizzle), drizzle(single));
  return {
    db,
    ask: () => connections.ask(),
    readBeside: (query) => connections.readBeside(query),
    readWhole: wholeReader(connections),
    close: () => connections.end(),
  };
}

/** Outside of transactions Drizzle asks nothing of a pool but to run statements. */
function asPool(source: Pick<Connections, 'query'>): Pool {
  return source as unknown as Pool;
}
