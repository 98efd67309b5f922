import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type Config, databaseKind, limitSettings, openDataSettings, webhookSettings } from './config.js';
import type { Database } from './platform/db/database.js';
import { apiVersion } from './platform/http/api-version.js';
import { makeCursors } from './platform/http/cursor.js';
import { showDocs } from './platform/http/docs.js';
import { makeServer } from './platform/http/server.js';
import { publishContract } from './platform/openapi/publish.js';
import { readSigningKey } from './platform/sealing/signing.js';
import { TokenVerifier } from './platform/tokens/verifier.js';
import { makeAuthenticateTokens } from './resources/access/authenticate-tokens.actions.js';
import { AccessRevisions } from './resources/access/revisions.actions.js';
import { apiKeysRoutes } from './resources/api-keys/api-keys.routes.js';
import { makeAuthenticate } from './resources/api-keys/authenticate.actions.js';
import { areasRoutes } from './resources/areas/areas.routes.js';
import { assessmentsRoutes } from './resources/assessments/assessments.routes.js';
import { scoresRoutes } from './resources/assessments/scores.routes.js';
import { backchannelLogoutRoutes } from './resources/backchannel-logout/backchannel-logout.routes.js';
import { findFeedPosition } from './resources/changes/feed-position.store.js';
import { requireMoment } from './resources/changes/moments.actions.js';
import { comparisonRoutes } from './resources/comparison/comparison.routes.js';
import { deliveriesRoutes } from './resources/deliveries/deliveries.routes.js';
import { outgoingMessages } from './resources/deliveries/messages.contract.js';
import { feedRoutes } from './resources/feed/feed.routes.js';
import { figuresRoutes } from './resources/figures/figures.routes.js';
import { groupsRoutes } from './resources/groups/groups.routes.js';
import { healthRoutes } from './resources/health/health.routes.js';
import { instrumentsRoutes } from './resources/instruments/instruments.routes.js';
import { makeKeptAnswers } from './resources/kept-answers/kept-answers.actions.js';
import { meRoutes } from './resources/me/me.routes.js';
import { openDataRoutes } from './resources/open-data/open-data.routes.js';
import { resultsRoutes } from './resources/open-data/results.routes.js';
import { planCoverageRoutes } from './resources/plan-coverage/plan-coverage.routes.js';
import { planActionsRoutes } from './resources/plans/actions.routes.js';
import { plansRoutes } from './resources/plans/plans.routes.js';
import { roundsRoutes } from './resources/rounds/rounds.routes.js';
import { scoringRoutes } from './resources/scoring/scoring.routes.js';
import { sealsRoutes } from './resources/seals/seals.routes.js';
import { sharedSecret } from './resources/service/secrets.store.js';
import { serviceRoutes } from './resources/service/service.routes.js';
import { signOutsRoutes } from './resources/sign-outs/sign-outs.routes.js';
import { patternsRoutes } from './resources/statistics/patterns.routes.js';
import { statisticsRoutes } from './resources/statistics/statistics.routes.js';
import { targetsRoutes } from './resources/targets/targets.routes.js';
import { teamsRoutes } from './resources/teams/teams.routes.js';
import { webhooksRoutes } from './resources/webhooks/webhooks.routes.js';

/** How an app is made, beside its configuration. */
interface AppOptions {
  /** Checks every answer against its shape: on in tests; off in service, where it costs time. */
  strictAnswers: boolean;
}

/** Builds the API on an open, migrated database, whose secret signs the cursors of its pages. */
export async function makeApp(
  config: Config,
  database: Database,
  log: Logger,
  options: AppOptions = { strictAnswers: false },
): Promise<FastifyInstance> {
  const cursorSecret = await sharedSecret(database.db, 'cursor', randomBytes(32).toString('base64url'));
  return assembleApp(config, database, log, { ...options, cursorSecret });
}

/**
 * Puts the API together without asking the database anything: the conventions, every resource in order, then their
 * contract.
 */
export async function assembleApp(
  config: Config,
  database: Database,
  log: Logger,
  options: AppOptions & { cursorSecret: string },
): Promise<FastifyInstance> {
  const { db } = database;
  const revisions = new AccessRevisions(database);
  const verifier = new TokenVerifier(config.IDENTITY_PROVIDERS, log);
  const authenticate = makeAuthenticateTokens({ db, revisions, verifier }, makeAuthenticate(db, revisions));
  const app = await makeServer({
    log,
    bodyLimitBytes: config.BODY_LIMIT_BYTES,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    uploads: {
      bytes: config.BULK_LIMIT_BYTES,
      rowBytes: 1_048_576,
      rows: config.BULK_LIMIT_ROWS,
      statementTimeoutMs: config.BULK_STATEMENT_TIMEOUT_MS,
    },
    corsOrigins: config.CORS_ORIGINS,
    maxConnections: config.MAX_CONNECTIONS,
    trustProxy: config.TRUST_PROXY,
    limits: limitSettings(config),
    admission: {
      mostOfCaller: config.MAX_REQUESTS_PER_CALLER,
      mostWaiting: config.MAX_WAITING,
      waitMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    },
    strictAnswers: options.strictAnswers,
    authenticate,
    cursors: makeCursors(options.cursorSecret),
    readWhole: database.readWhole,
    feedPosition: () => findFeedPosition(db),
    requireMoment: (moment) => requireMoment(db, moment),
    keptAnswers: makeKeptAnswers(db, config.IDEMPOTENCY_HOURS, options.cursorSecret),
  });
  serviceRoutes(app, database, databaseKind(config), apiVersion);
  areasRoutes(app, db);
  instrumentsRoutes(app, db);
  groupsRoutes(app, db);
  figuresRoutes(app, db);
  teamsRoutes(app, db);
  apiKeysRoutes(app, db);
  signOutsRoutes(app, db);
  backchannelLogoutRoutes(app, db, verifier);
  meRoutes(app, db);
  roundsRoutes(app, db);
  targetsRoutes(app, db);
  assessmentsRoutes(app, db, config.FOUR_EYES);
  scoresRoutes(app, db);
  healthRoutes(app, db);
  plansRoutes(app, db, config.FOUR_EYES);
  planActionsRoutes(app, db);
  planCoverageRoutes(app, db);
  scoringRoutes(app, db);
  statisticsRoutes(app, db);
  patternsRoutes(app, db);
  comparisonRoutes(app, db);
  openDataRoutes(app, db, openDataSettings(config));
  resultsRoutes(app, db, openDataSettings(config));
  sealsRoutes(app, db, readSigningKey(config.SEAL_SIGNING_KEY)?.publicKey ?? null);
  webhooksRoutes(app, db, webhookSettings(config));
  feedRoutes(app, db, { followers: config.MAX_FOLLOWERS, days: config.CHANGES_RETENTION_DAYS });
  deliveriesRoutes(app, db, webhookSettings(config));

  const contact = { name: config.CONTACT_NAME, email: config.CONTACT_EMAIL, url: config.CONTACT_URL };
  await publishContract(app, { version: apiVersion, contact, ...contractHead }, outgoingMessages);
  await showDocs(app);
  return app;
}

const contractHead = {
  title: 'Prot: the financial health check of community savings groups',
  description: `Prot (ปรอท, "thermometer") is the system of record for the financial health check of village savings groups: the registry,
the check teams, the rounds with their score sheets, and the figures a province publishes.

Every answer that is not a success is a problem document (RFC 9457) with a stable \`code\`. Lists are read page by page: follow
\`next\`. A change to an existing record needs \`If-Match\` with the ETag you read. Percents are cut at two decimals, never rounded,
and stand beside their count and total. A key sees and changes what lies in its area.

Send a \`POST\` with an \`Idempotency-Key\`, and send it again with the same key until it is answered: it happens once, and its
answer is the first one, byte for byte. A refusal is not kept, since it changed nothing: the same request is judged anew. The
other methods are idempotent by themselves (\`If-Match\` guards their repetition), and the header means nothing on them.

What happens is told once and in order by \`/v1/changes\`, from the \`Feed-Position\` of any whole list on. Two times are kept apart: when
something was so in the world (the day of figures, of an assessment) is a field of its record; when the service knew it is
\`asOf\`, with which every record, list and figure can be asked for as it was.`,
  tags: [
    { name: 'groups', description: 'The registry of savings groups, their yearly figures, and its sums' },
    { name: 'teams', description: 'The check teams of a province or a district' },
    { name: 'rounds', description: 'Rounds of the health check: their state and the groups they target' },
    { name: 'assessments', description: 'Score sheets: the levels a team gave each criterion, and what follows' },
    { name: 'statistics', description: 'What a round shows: counts, percents, ranks' },
    {
      name: 'open-data',
      description: 'Published rounds for everybody, without a key: counts, small numbers held back',
    },
    { name: 'plans', description: 'Improvement plans at three tiers, their actions, and what became of them' },
    { name: 'instruments', description: 'The health thermometer: criteria, levels, and the rule of the health level' },
    { name: 'areas', description: 'Provinces, districts and subdistricts by DOPA code' },
    { name: 'changes', description: 'What changed: the feed of changes, and the history of a record' },
    { name: 'webhooks', description: 'Where changes are sent to, and the log of what was sent' },
    { name: 'api-keys', description: 'Who may call the API: permissions, area, expiry' },
    { name: 'seals', description: 'Seals over the log of changes, by which it can be told that nothing was altered' },
    { name: 'service', description: 'The service itself: contract, health, problems' },
  ],
};
