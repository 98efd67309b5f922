/**
 * The one-way rules of the house (src/README.md): a request runs down, nothing runs up. Type-only imports count as well:
 * who knows a type knows where it lives. Each rule says how to mend what it refuses.
 */

/** The resources in the order of their imports: each may import from those before it. */
const order = [
  'changes',
  'seals',
  'kept-answers',
  'imports',
  'areas',
  'instruments',
  'groups',
  'figures',
  'teams',
  'access',
  'api-keys',
  'sign-outs',
  'backchannel-logout',
  'me',
  'rounds',
  'targets',
  'assessments',
  'health',
  'plans',
  'plan-coverage',
  'scoring',
  'statistics',
  'comparison',
  'open-data',
  'webhooks',
  'feed',
  'deliveries',
  'service',
];

const sqlPackages = '^node_modules/(drizzle-orm|pg|@types/pg)/';
const httpPackages = '^node_modules/(fastify|fastify-plugin|fastify-type-provider-zod|@fastify)(/|$)';

/**
 * A resource imports what comes before it; the other way round would be a circle sooner or later. Tables are free:
 * stores join whatever they need, and `no-cycle` keeps the foreign keys in order.
 */
const orderRules = order.map((resource, place) => ({
  name: `order-${resource}`,
  comment:
    `resources/${resource} imports a resource that comes after it. Move what both need to the one that comes first (or into domain/), ` +
    'or hand it in as an argument; the order is listed in .dependency-cruiser.cjs.',
  severity: 'error',
  from: { path: `^src/resources/${resource}/` },
  to: { path: `^src/resources/(${order.slice(place + 1).join('|') || '$^'})/`, pathNot: '\\.table\\.ts$' },
}));

module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'domain/ says what the health check is and reads nobody: no npm package, no Node module, no other folder. Hand the ' +
        'value in (a clock, a random number), or move the code to the folder that may know both.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'scoring-reads-domain-only',
      comment: 'scoring/ is pure and reads domain/ alone. Load and save in a store; hand scoring plain values.',
      severity: 'error',
      from: { path: '^src/scoring/' },
      to: { pathNot: '^src/(domain|scoring)/' },
    },
    {
      name: 'demo-data-is-pure',
      comment: 'demo/ reconstructs data, always the same: it reads domain/ and its random numbers, and opens nothing.',
      severity: 'error',
      from: { path: '^src/demo/' },
      to: { pathNot: '^(src/(domain|demo)/|node_modules/pure-rand/)' },
    },
    {
      name: 'sql-in-stores-and-tables',
      comment:
        'Drizzle and pg stay in *.store.ts, *.table.ts, *.record.ts, platform/db/ and platform/record/. Write a function in the store.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.(store|table|record)\\.ts$', '^src/platform/(db|record)/'] },
      to: { path: sqlPackages },
    },
    {
      name: 'fastify-in-routes',
      comment:
        'Fastify stays in *.routes.ts, platform/http/, platform/openapi/publish.ts, app.ts and start.ts. Give the function ' +
        'plain values instead.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['\\.routes\\.ts$', '^src/platform/(http/|openapi/publish\\.ts$)', '^src/(app|start)\\.ts$'],
      },
      to: { path: httpPackages },
    },
    {
      name: 'http-needs-no-contract',
      comment: 'platform/openapi/ writes down what platform/http/ serves; serving needs nothing of what is written.',
      severity: 'error',
      from: { path: '^src/platform/http/' },
      to: { path: '^src/platform/openapi/' },
    },
    {
      name: 'contract-stands-alone',
      comment:
        'A contract is what clients see: it imports zod, domain/, records, other contracts and the platform words for an operation, ' +
        'a patch, a component, a page, withheld drafts, what a value that does not fit is told and a line of CSV. Behaviour belongs to the ' +
        'routes or actions.',
      severity: 'error',
      from: { path: '\\.contract\\.ts$' },
      to: {
        pathNot: [
          '^node_modules/zod/',
          '^src/domain/',
          '\\.(contract|record)\\.ts$',
          '^src/platform/record/fields\\.ts$',
          '^src/platform/http/(operation|components|page|patching|withheld)\\.ts$',
          '^src/platform/violations/says\\.ts$',
          '^src/platform/csv\\.ts$',
        ],
      },
    },
    {
      name: 'table-knows-columns-only',
      comment:
        'A table is columns, keys and checks: it imports Drizzle, platform/db/ and record/, domain/, records and tables.',
      severity: 'error',
      from: { path: '\\.table\\.ts$' },
      to: {
        pathNot: [
          '^node_modules/drizzle-orm/',
          '^src/platform/(db|record)/',
          '^src/domain/',
          '\\.(table|record)\\.ts$',
        ],
      },
    },
    {
      name: 'record-says-fields-only',
      comment:
        'A record is the list of its fields: shapes and columns. It imports zod, Drizzle, platform/record/, domain/, tables it ' +
        'refers to and the shapes that contracts share.',
      severity: 'error',
      from: { path: '\\.record\\.ts$' },
      to: {
        pathNot: [
          '^node_modules/(drizzle-orm|zod)/',
          '^src/domain/',
          '^src/platform/(db|record|violations)/',
          '^src/platform/http/components\\.ts$',
          '\\.(table|record|contract)\\.ts$',
        ],
      },
    },
    {
      name: 'store-knows-no-http',
      comment:
        'A store is SQL: of platform/http/ it knows what a page is and nothing else. Move the rest to the routes.',
      severity: 'error',
      from: { path: '\\.store\\.ts$' },
      to: { path: ['^src/platform/http/', '\\.(routes|actions)\\.ts$'], pathNot: '^src/platform/http/page\\.ts$' },
    },
    {
      name: 'actions-know-no-http',
      comment: 'An action is rules and one transaction, whoever asks: what it needs of a request is handed to it.',
      severity: 'error',
      from: { path: '\\.actions\\.ts$' },
      to: { path: ['^src/platform/http/', '\\.routes\\.ts$'] },
    },
    {
      name: 'routes-are-the-top',
      comment: 'Only app.ts imports routes. Move what another file needs into actions or a store.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/app\\.ts$' },
      to: { path: '\\.routes\\.ts$' },
    },
    {
      name: 'platform-knows-no-resource',
      comment: 'platform/ could serve another domain: hand it what it needs (as app.ts does with `authenticate`).',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { pathNot: ['^src/platform/', '^src/domain/', '^node_modules/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'http-above-the-platform',
      comment:
        'platform/http/ stands on the rest of platform/, which could serve without it: move what both need out of http/ ' +
        '(the words for a value that does not fit are in platform/violations/), or hand it in.',
      severity: 'error',
      from: { path: '^src/platform/', pathNot: '^src/platform/(http|openapi)/' },
      to: { path: '^src/platform/http/' },
    },
    {
      name: 'resources-below-the-app',
      comment: 'A resource does not know who starts it: not app.ts, start.ts, config.ts, commands/ or demo/.',
      severity: 'error',
      from: { path: '^src/resources/' },
      to: { path: ['^src/[^/]+\\.ts$', '^src/(commands|demo)/'] },
    },
    {
      name: 'resource-has-its-place',
      comment: 'Add the new folder to the order in .dependency-cruiser.cjs, at its place.',
      severity: 'error',
      from: { path: '^src/resources/[^/]+/', pathNot: `^src/resources/(${order.join('|')})/` },
      to: {},
    },
    ...orderRules,
    {
      name: 'clients-know-http-only',
      comment:
        'import and export are clients of the API like any other and may run far from the service: they know HTTP and ' +
        'npm packages, and of our code only how a command begins and how CSV is written. Put what both need into commands/transfer/.',
      severity: 'error',
      from: { path: '^src/commands/(import\\.ts|export\\.ts|follow\\.ts|transfer/)' },
      to: { path: '^src/', pathNot: ['^src/commands/(transfer/|run\\.ts$)', '^src/platform/csv\\.ts$'] },
    },
    {
      name: 'transactions-begin-in-write',
      comment:
        'Only `write` begins a transaction that writes, because it sees to it that each record has its change. Commands that ' +
        'fill an empty database or mend what is no record may.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/platform/db/', '^src/resources/changes/', '^src/commands/[a-z-]+\\.store\\.ts$'],
      },
      to: { path: '^src/platform/db/transactions\\.ts$' },
    },
    {
      name: 'no-test-in-the-service',
      comment: 'src/ must run without test/ and bench/. Move the helper, or do without it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ['^(test|bench)/', '^node_modules/(tap|@tapjs|fast-check)/'] },
    },
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one file, or need a third that both import.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing imports this file and it imports nothing: remove it, or use it.',
      severity: 'error',
      from: { orphan: true },
      to: {},
    },
    {
      name: 'no-undeclared-package',
      comment: 'The import is in no package.json, or only in devDependencies, which the service does without.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined', 'npm-dev'] },
    },
    {
      name: 'not-resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Type-only imports disappear when compiled; they count here, because the rules are about who knows whom.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
