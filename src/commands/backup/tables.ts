/** What of the database a backup holds: every table is in one of these lists, or the backup fails and names it. */

/** The tables that a backup holds. The rows that were replaced (`<table>_past`) go with their table. */
const moved: ReadonlySet<string> = new Set([
  'api_keys',
  'areas',
  'assessments',
  'changes',
  'ended_sessions',
  'figures',
  'groups',
  'instruments',
  'plan_actions',
  'plans',
  'published_groups',
  'published_teams',
  'registration_numbers',
  'rounds',
  'seals',
  'sign_outs',
  'targets',
  'teams',
  'webhook_cursors',
  'webhook_deliveries',
  'webhooks',
]);

/** The tables that a backup leaves out, and what they hold in words for whoever reads the summary. */
const left: ReadonlyMap<string, string> = new Map([
  ['access_revisions', 'a counter by which nodes learn that a key was taken back'],
  ['api_key_uses', 'on which day each API key was last used'],
  ['kept_answers', 'answers kept for requests that are sent again with their Idempotency-Key'],
  ['logout_tokens', 'which logout tokens of identity providers were taken already'],
  [
    'webhook_secrets',
    'the secrets of webhooks: none sends until its secret is rotated and it is switched on; then it goes on where it was',
  ],
  ['service_secrets', 'secrets of the service, such as the one that signs cursors: the restored one makes its own'],
]);

/** Columns that are secret or made of a secret, and what a restore writes in their place. */
const secrets: ReadonlyMap<string, Readonly<Record<string, string | null>>> = new Map([
  // No secret is known of which this is the SHA-256.
  [
    'api_keys',
    {
      secret_lookup: '0'.repeat(16),
      secret_hash: '0'.repeat(64),
      previous_lookup: null,
      previous_hash: null,
    },
  ],
]);

/** What is left out of tables that are moved, in words. */
const leftOfMoved: readonly string[] = [
  'the secrets of API keys: the keys are listed as they were, and nobody can use them; make new ones (npm run create-api-key)',
];

/** Tables that migrations fill; what they hold in an empty database gives way to what a backup holds. */
const filledByMigrations: ReadonlySet<string> = new Set(['areas', 'instruments']);

const past = /_past$/;

/** Whether a backup holds the table, leaves it out, or does not know it. */
export function placeOf(table: string): 'moved' | 'left' | 'unknown' {
  if (moved.has(table.replace(past, ''))) return 'moved';
  return left.has(table) ? 'left' : 'unknown';
}

/** What is written for the secret columns of a table, by their names. */
export function replacements(table: string): Readonly<Record<string, string | null>> {
  return secrets.get(table.replace(past, '')) ?? {};
}

/** Whether the table has rows although nobody has written a record. */
export function isFilledByMigrations(table: string): boolean {
  return filledByMigrations.has(table);
}

/** What a backup does not hold, a sentence for each. */
export function whatIsLeft(): string[] {
  return [...leftOfMoved, ...left.values()];
}
