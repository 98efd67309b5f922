import type { drizzle as Drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Db } from './database.js';

/**
 * Runs work in transactions on connections of a pool. Drizzle's own loses a connection for good when `begin` fails on
 * it, and tells of one that breaks in the middle only that it cannot be rolled back.
 */
export function transactionsOf(pool: pg.Pool, drizzle: typeof Drizzle): Db['transaction'] {
  return async (work, config) => {
    const client = await pool.connect();
    const failure: { error?: unknown } = {};
    let usable = true;
    try {
      return await drizzle(client).transaction(async (tx) => {
        try {
          return await work(tx as unknown as Parameters<typeof work>[0]);
        } catch (error) {
          failure.error = error;
          throw error;
        }
      }, config);
    } catch (error) {
      // Anything else comes from `begin`, `commit` or `rollback`, and nobody knows what state they left.
      usable = 'error' in failure && error === failure.error;
      throw 'error' in failure ? failure.error : error;
    } finally {
      client.release(!usable);
    }
  };
}
