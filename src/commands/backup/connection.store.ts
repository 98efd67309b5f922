/** One connection to the database of a registry, for as long as a backup or a restore takes. */

import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { readerName } from '../../platform/db/as-of.js';
import type { Db } from '../../platform/db/database.js';

/** An open connection: by the driver, which knows COPY, and as stores take it. */
export interface Connection {
  client: pg.Client;
  db: Db;
  close(): Promise<void>;
}

/**
 * Texts that PostgreSQL writes are read again by another one, so nothing of how they are written is left to its settings.
 * Nothing here is a request that somebody waits for: no statement has a time limit.
 */
const ofTransaction = `
  set local client_encoding = 'UTF8';
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'iso_8601';
  set local timezone = 'UTC';
  set local extra_float_digits = 1;
  set local bytea_output = 'hex';
  set local search_path = public;
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0;
  set local jit = off`;

/** So that nothing waits for one that was killed, which the server would else not see before it answers. Not every system can. */
const noticeEnd = `do $$ begin perform set_config('client_connection_check_interval', '500', true);
  exception when others then null; end $$`;

/** Opens a connection; what breaks it fails the statement that is under way. */
export async function connect(url: string, name: string, connectTimeoutMs: number): Promise<Connection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  client.on('error', () => {});
  await client.connect();
  return { client, db: drizzle(client), close: () => client.end() };
}

/** Begins a transaction: one that reads one moment only, or one that writes. */
export async function begin({ client }: Connection, kind: 'snapshot' | 'write'): Promise<void> {
  await client.query(kind === 'snapshot' ? 'begin isolation level repeatable read read only' : 'begin');
  await client.query(ofTransaction);
  await client.query(noticeEnd);
  // Whoever asks for the past need not wait for one that only reads.
  if (kind === 'snapshot') await client.query(`set local application_name = '${readerName}'`);
}
