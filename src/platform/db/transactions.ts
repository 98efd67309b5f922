import type { drizzle as Drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Connections } from './connections.js';
import type { Db } from './database.js';

/**
 * Runs work in transactions on connections of a pool. Drizzle's own loses a connection for good when `begin` fails on
 * it, and tells of one that breaks in the middle only that it cannot be rolled back.
 */
export function transactionsOf(connections: Connections, drizzle: typeof Drizzle): Db['transaction'] {
  return async (work, place = 'write') => {
    const held = await connections.hold(place);
    const failure: { error?: unknown } = {};
    let usable = true;
    try {
      return await drizzle(held as unknown as pg.PoolClient).transaction(async (tx) => {
        try {
          await held.limit();
          return await work(tx as unknown as Db);
        } catch (error) {
          failure.error = error;
          throw error;
        }
      });
    } catch (error) {
      // Anything else comes from `begin`, `commit` or `rollback`, and nobody knows what state they left.
      usable = 'error' in failure && error === failure.error;
      throw 'error' in failure ? failure.error : error;
    } finally {
      held.release(failure.error, usable);
    }
  };
}
