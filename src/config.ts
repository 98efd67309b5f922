import { resolve } from 'node:path';
import { z } from 'zod';

const wholeNumber = (smallest: number, largest: number) => z.coerce.number().int().min(smallest).max(largest);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Every environment variable the service reads, with what it means. The README's table is checked against this. */
const environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: wholeNumber(0, 65535).default(8080).describe('Port to listen on; 0 takes any free one'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL 15 or newer; without it the embedded database in DATA_DIR is used'),
  DATABASE_POOLER: z
    .enum(['none', 'transaction'])
    .default('none')
    .describe('`transaction` when DATABASE_URL leads to PgBouncer or another pooler that pools transactions'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .describe('Directory of the embedded database and of the first admin key, on either database'),
  ALLOW_EMBEDDED: z
    .stringbool()
    .default(false)
    .describe('Use the embedded database although NODE_ENV is production (otherwise refused)'),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^prot_[A-Za-z0-9_-]{43}$/, 'must be prot_ and 43 characters of base64url (256 bits)')
    .optional()
    .describe('Becomes the first admin key of an empty database; without it one is made and written to DATA_DIR'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged, as JSON lines on standard output'),
  DATABASE_POOL_SIZE: wholeNumber(1, 500)
    .default(10)
    .describe('Connections to PostgreSQL per process; one more asks whether the database answers'),
  DATABASE_CONNECT_TIMEOUT_MS: wholeNumber(100, 120_000)
    .default(5_000)
    .describe('How long a request waits for a connection before it is answered 503'),
  STATEMENT_TIMEOUT_MS: wholeNumber(100, 600_000).default(15_000).describe('Longest SQL statement of a request'),
  LOCK_TIMEOUT_MS: wholeNumber(100, 600_000).default(5_000).describe('Longest wait for a row that another write holds'),
  BODY_LIMIT_BYTES: wholeNumber(1_024, 1_073_741_824).default(1_048_576).describe('Largest request body'),
  BULK_LIMIT_BYTES: wholeNumber(1_024, 1_099_511_627_776)
    .default(1_073_741_824)
    .describe('Largest file of rows; it waits on disk, in the temporary directory, until it has come whole'),
  BULK_STATEMENT_TIMEOUT_MS: wholeNumber(1_000, 86_400_000)
    .default(600_000)
    .describe('Longest SQL statement of an import'),
  REQUEST_TIMEOUT_MS: wholeNumber(1_000, 600_000)
    .default(30_000)
    .describe(
      'Longest time a request may take to arrive, longest pause of a file of rows, and of a client that reads an answer',
    ),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000)
    .default(5_000)
    .describe('Connections of clients at once; one more is closed unread'),
  DRAIN_TIMEOUT_MS: wholeNumber(0, 600_000)
    .default(25_000)
    .describe('After SIGTERM, how long requests in flight may take before the process ends anyway'),
  CORS_ORIGINS: list.default([]).describe('Origins whose pages may call the API, separated by commas; none by default'),
  TRUST_PROXY: list
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-* headers are believed; none by default'),
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('development')
    .describe('`production` needs DATABASE_URL'),
});

/** The settings of one process, read once and never changed. Times in milliseconds, sizes in bytes. */
export type Config = Readonly<z.output<typeof environment>>;

/** Name and meaning of every variable, with its default, in the order of the README's table. */
export const configReference = Object.entries(environment.shape).map(([name, schema]) => ({
  name,
  meaning: schema.description ?? '',
}));

/**
 * Reads the settings from environment variables.
 * @throws Error naming every variable that is wrong, or that production needs PostgreSQL
 */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The configuration is wrong:\n${faults.join('\n')}`);
  }
  const config = { ...parsed.data, DATA_DIR: resolve(parsed.data.DATA_DIR) };
  if (config.NODE_ENV === 'production' && config.DATABASE_URL === undefined && !config.ALLOW_EMBEDDED) {
    throw new Error(
      'NODE_ENV is production and DATABASE_URL is not set. The embedded database can lose the last writes in a power ' +
        'cut; point DATABASE_URL at PostgreSQL, or set ALLOW_EMBEDDED=true to accept that.',
    );
  }
  return Object.freeze(config);
}
