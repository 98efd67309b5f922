import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { makeApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/platform/db/database.js';
import { makeLog } from '../../src/platform/log.js';
import { makeFirstKey } from '../../src/resources/api-keys/api-keys.actions.js';
import { type Client, makeClient } from './client.js';
import { type Contract, readContract } from './contract-check.js';
import { openTestDatabase } from './database.js';
import { makeKey, type WantedKey } from './keys.js';

/** The secret of the first key of every test database: every permission, whole country. */
export const adminSecret = `prot_${'admin'.padEnd(43, '-')}`;

/** The whole service on a database of its own, without a listener unless `listen` is called. */
export interface TestApp {
  app: FastifyInstance;
  database: Database;
  contract: Contract;
  /** Every permission, whole country. */
  admin: Client;
  /** No key at all. */
  stranger: Client;
  /** A client with a new key: by default every permission and the whole country. */
  client(wanted?: WantedKey): Promise<Client>;
  /** A client with the secret of a key that a test made itself. */
  withSecret(secret: string): Client;
  /** Sends bytes to a real listener and gives what it answers until it closes the connection. */
  sendRaw(bytes: string | Buffer): Promise<string>;
}

/** Limits that are there and never reached, however fast a test asks. */
const wideLimits = {
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_BURST: '1000000',
  RATE_LIMIT_BULK_PER_MINUTE: '1000000',
  RATE_LIMIT_BULK_AT_ONCE: '1000',
  RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
  RATE_LIMIT_SIGN_IN_FAILURES: '1000000',
};

/**
 * Starts the service for a test; `overrides` are environment variables, and `through` gives the way to PostgreSQL when it is
 * not the straight one. It is closed, and its database dropped, at the end.
 */
export async function startTestApp(
  t: Test,
  overrides: NodeJS.ProcessEnv = {},
  through?: (url: string) => string,
): Promise<TestApp> {
  const config = readConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ...wideLimits, ...overrides });
  const database = await openTestDatabase({
    poolSize: config.DATABASE_POOL_SIZE,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    pooler: config.DATABASE_POOLER === 'transaction',
    ...(overrides.LOCK_TIMEOUT_MS !== undefined && { lockTimeoutMs: config.LOCK_TIMEOUT_MS }),
    ...(through !== undefined && { through }),
  });
  t.teardown(() => database.close());
  await makeFirstKey(database.db, adminSecret);
  const app = await makeApp(config, database, makeLog(config.LOG_LEVEL), { strictAnswers: true });
  // tap runs teardowns last first, so the app stops using the database before it closes.
  t.teardown(() => app.close());
  await app.ready();
  const contract = readContract(app);
  const withSecret = (secret: string | null) => makeClient(app, database, contract, secret);
  const admin = withSecret(adminSecret);
  return {
    app,
    database,
    contract,
    admin,
    stranger: withSecret(null),
    client: async (wanted = {}) => withSecret((await makeKey(admin, wanted)).secret),
    withSecret,
    sendRaw: async (bytes) => sendRaw(await portOf(app), bytes),
  };
}

async function portOf(app: FastifyInstance): Promise<number> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The app does not listen on a port.');
  return address.port;
}

function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(received).toString('utf8')));
  });
}
