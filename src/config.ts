import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { misspeltVariables } from './misspelt.js';
import { systemResolve } from './platform/outbound/target.js';
import { type IdentityProvider, readIdentityProviders } from './platform/tokens/settings.js';

const wholeNumber = (smallest: number, largest: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(smallest).max(largest));
/** Values separated by commas; `wrong` is said of each that does not pass. */
const listOf = (passes: (item: string) => boolean, wrong: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .superRefine((items, context) => {
      for (const item of items.filter((one) => !passes(one))) context.addIssue(`${JSON.stringify(item)} ${wrong}`);
    });

/** Every environment variable the service reads, with what it means. The README's table is checked against this. */
const environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  PORT: wholeNumber(0, 65535).default(8080).describe('Port to listen on; 0 takes any free one'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL 15 or newer; without it the service runs its own in DATA_DIR'),
  DATABASE_POOLER: z
    .enum(['none', 'transaction'])
    .default('none')
    .describe('`transaction` when DATABASE_URL leads to PgBouncer or another pooler that pools transactions'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .describe('Directory of the embedded PostgreSQL, if DATABASE_URL is not set, and of the first admin key'),
  ALLOW_EMBEDDED: z
    .stringbool()
    .default(false)
    .describe('Run the embedded PostgreSQL although NODE_ENV is production (otherwise refused)'),
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^prot_[A-Za-z0-9_-]{43}$/, 'must be prot_ and 43 characters of base64url (256 bits)')
    .optional()
    .describe('Becomes the first admin key of an empty database; without it one is made and written to DATA_DIR'),
  IDENTITY_PROVIDERS: z
    .string()
    .transform((path, context): IdentityProvider[] => {
      const read = readIdentityProviders(path);
      if ('providers' in read) return read.providers;
      for (const fault of read.faults) context.addIssue(fault);
      return z.NEVER;
    })
    .default([])
    .describe('JSON file of the identity providers whose access tokens are taken; without it only API keys are'),
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
  BULK_LIMIT_ROWS: wholeNumber(1, 1_000_000_000).default(2_000_000).describe('Most rows of a file, blank ones counted'),
  BULK_STATEMENT_TIMEOUT_MS: wholeNumber(1_000, 86_400_000)
    .default(600_000)
    .describe('Longest SQL statement of an import'),
  IDEMPOTENCY_HOURS: wholeNumber(1, 8_760)
    .default(24)
    .describe('How long the answer to a request with an `Idempotency-Key` is kept, to be given again'),
  REQUEST_TIMEOUT_MS: wholeNumber(1_000, 600_000)
    .default(30_000)
    .describe(
      'Longest time a request may take to arrive, longest pause of a file of rows, and of a client that reads an answer',
    ),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000)
    .default(5_000)
    .describe('Connections of clients at once; one more is closed unread'),
  MAX_FOLLOWERS: wholeNumber(1, 1_000_000)
    .default(500)
    .describe('Readers of the change feed that wait or stream at once; one more is answered 503'),
  CHANGES_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(0)
    .describe('How many days the change feed goes back; 0 is for ever. The changes themselves are kept'),
  MAX_REQUESTS_PER_CALLER: wholeNumber(1, 1_000_000)
    .default(8)
    .describe('Reads of one caller that are worked on at once, and as many writes; more wait for their turn, in order'),
  MAX_WAITING: wholeNumber(0, 1_000_000)
    .default(1_000)
    .describe('Requests that wait for their turn at once, half of them of one caller; one more is answered 503'),
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 100_000_000)
    .default(12_000)
    .describe('Requests of one caller in a minute; one more is answered 429. 0 is no limit, here and below'),
  RATE_LIMIT_BURST: wholeNumber(0, 100_000_000).default(3_000).describe('Requests of one caller in ten seconds'),
  RATE_LIMIT_BULK_PER_MINUTE: wholeNumber(0, 100_000_000)
    .default(300)
    .describe('Files and whole lists that one caller sends or takes in a minute'),
  RATE_LIMIT_BULK_AT_ONCE: wholeNumber(0, 1_000_000)
    .default(8)
    .describe('Files and whole lists that one caller sends or takes at once, on each node'),
  RATE_LIMIT_ADDRESS_PER_MINUTE: wholeNumber(0, 100_000_000)
    .default(6_000)
    .describe('Requests without a key, or with one that is not known yet, from one address (IPv6: /64) in a minute'),
  RATE_LIMIT_SIGN_IN_FAILURES: wholeNumber(0, 100_000_000)
    .default(100)
    .describe('Keys that are not valid from one address in a minute; then none is looked up that is not known'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis 6 or newer, where all nodes count for the limits together; without it each counts for itself'),
  DRAIN_TIMEOUT_MS: wholeNumber(0, 600_000)
    .default(25_000)
    .describe('After SIGTERM, how long requests in flight may take before the process ends anyway'),
  SEAL_AFTER_SECONDS: wholeNumber(0, 86_400)
    .default(60)
    .describe('How old a change gets before it is sealed, where less than 1,000 wait for it'),
  SEAL_SIGNING_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('File with the Ed25519 key that signs seals (PKCS #8, PEM); without it they are not signed'),
  FOUR_EYES: z
    .stringbool()
    .default(true)
    .describe(
      'Who submitted a sheet does not return or confirm it, who wrote a plan does not approve it; `false` lets them',
    ),
  CORS_ORIGINS: listOf(isOrigin, 'is not an origin as browsers send it, such as https://app.example')
    .default([])
    .describe('Origins whose pages may call the API, separated by commas; none by default'),
  PUBLIC_READING: z
    .stringbool()
    .default(false)
    .describe('Publish the figures of published rounds as open data, to be read without a key'),
  PUBLIC_SMALLEST_CELL: wholeNumber(0, 1_000)
    .default(5)
    .describe(
      'Open data holds back counts of fewer groups than this, and what would give them away; 0 holds back none',
    ),
  TRUST_PROXY: listOf(
    isNetwork,
    'is neither an address, a network such as 10.0.0.0/8, nor loopback, linklocal or uniquelocal',
  )
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-* headers are believed; none by default'),
  WEBHOOK_ALLOW_PRIVATE: z
    .stringbool()
    .default(false)
    .describe('Let webhooks lead to private addresses and to http, for receivers in the same network'),
  WEBHOOK_SECRET_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
    .transform((text) => Buffer.from(text, 'base64'))
    .optional()
    .describe('32 bytes in base64 that encrypt the secrets of webhooks; without it they are kept as they are'),
  WEBHOOK_GIVE_UP_DAYS: wholeNumber(1, 365)
    .default(5)
    .describe('Days that a delivery of a webhook may fail before the webhook is switched off'),
  WEBHOOK_LOG_DAYS: wholeNumber(1, 3_650)
    .default(14)
    .describe('Days that the log of a webhook keeps what was delivered'),
  CONTACT_NAME: z
    .string()
    .min(1)
    .default('The office that runs this service')
    .describe('Whom those who call the API can ask, in the contract'),
  CONTACT_EMAIL: z.email().default('prot@office.example').describe('Their address for mail, in the contract'),
  CONTACT_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://office.example/prot')
    .describe('Their page, in the contract'),
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('development')
    .describe('`production` needs DATABASE_URL'),
});

/** The settings of one process, read once and never changed. Times in milliseconds, sizes in bytes. */
export type Config = Readonly<z.output<typeof environment>>;

/** How webhooks are kept and sent. */
export function webhookSettings({ WEBHOOK_ALLOW_PRIVATE, WEBHOOK_SECRET_KEY }: Config) {
  return {
    outbound: { allowPrivate: WEBHOOK_ALLOW_PRIVATE, resolve: systemResolve },
    secretKey: WEBHOOK_SECRET_KEY ?? null,
  };
}

/** What anybody may read without a key. */
export function openDataSettings({ PUBLIC_READING, PUBLIC_SMALLEST_CELL }: Config) {
  return { isOn: PUBLIC_READING, smallestCell: PUBLIC_SMALLEST_CELL };
}

/** How much a caller may ask. */
export function limitSettings(config: Config) {
  return {
    perMinute: config.RATE_LIMIT_PER_MINUTE,
    burst: config.RATE_LIMIT_BURST,
    bulkPerMinute: config.RATE_LIMIT_BULK_PER_MINUTE,
    bulkAtOnce: config.RATE_LIMIT_BULK_AT_ONCE,
    addressPerMinute: config.RATE_LIMIT_ADDRESS_PER_MINUTE,
    signInFailures: config.RATE_LIMIT_SIGN_IN_FAILURES,
    redisUrl: config.REDIS_URL,
  };
}

/** Which PostgreSQL the service uses: one that somebody runs for it, or its own. */
export function databaseKind({ DATABASE_URL }: Config): 'postgresql' | 'embedded' {
  return DATABASE_URL === undefined ? 'embedded' : 'postgresql';
}

/** Name and meaning of every variable, with its default, in the order of the README's table. */
export const configReference = Object.entries(environment.shape).map(([name, schema]) => ({
  name,
  meaning: schema.description ?? '',
}));

/**
 * Reads the settings from environment variables. One that is almost ours is refused, because what it was to set would
 * silently be as if nobody had.
 * @throws Error naming every variable that is wrong, or that production needs PostgreSQL
 */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  const wrong = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  const faults = [...misspeltVariables(set, Object.keys(environment.shape)), ...wrong];
  if (!parsed.success || faults.length > 0) {
    throw new Error(`The configuration is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
  const config = { ...parsed.data, DATA_DIR: resolve(parsed.data.DATA_DIR) };
  if (config.NODE_ENV === 'production' && config.DATABASE_URL === undefined && !config.ALLOW_EMBEDDED) {
    throw new Error(
      'NODE_ENV is production and DATABASE_URL is not set. The embedded PostgreSQL is for one machine, without a standby or ' +
        'backups of its own; point DATABASE_URL at PostgreSQL, or set ALLOW_EMBEDDED=true to accept that.',
    );
  }
  return Object.freeze(config);
}

/** Scheme, host and perhaps port, in the one spelling that is compared: no path, no capitals, no default port. */
function isOrigin(text: string): boolean {
  if (!/^https?:/.test(text)) return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.:-]+$/.test(text);
  return URL.canParse(text) && new URL(text).origin === text;
}

/** What names proxies to Fastify: an address, a network by its bits or its mask, or one of the ranges with a name. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', mask, ...others] = text.split('/');
  const family = isIP(address);
  if (family === 0 || others.length > 0) return false;
  if (mask === undefined || (family === 4 && isIP(mask) === 4)) return true;
  return /^\d{1,3}$/.test(mask) && Number(mask) <= (family === 4 ? 32 : 128);
}
