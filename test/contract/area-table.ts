import { createInstrument } from '../../src/resources/instruments/instruments.contract.js';
import { roundContent, sheetPath } from '../support/world.js';
import { type AreaRow, anyVersion, changes, imports, lists, reads, roundPath, writes } from './area-cases.js';
import { planAreaTable } from './area-table-plans.js';
import { webhookAreaTable } from './area-table-webhooks.js';
import { type AreaWorld, figures, fullSheet, group, home, neighbour, signOutOf4010 } from './area-world.js';

const open = { notAreaBound: 'it is public and tells nothing of any area' };
const areas = { notAreaBound: 'the list of areas of the country is public knowledge' };

const published = { notAreaBound: 'it asks for no key, and tells of published rounds what everybody may know' };

const sealed = { notAreaBound: 'a seal is a hash, and tells nothing of any record' };

const groupPath = ({ groupId }: AreaWorld) => `/v1/groups/${groupId}`;
const figuresPath = (world: AreaWorld) => `${groupPath(world)}/figures/2012-03-31`;
const keyOf = (areaCode: string | null) => ({ name: 'New', permissions: ['read'], areaCode, expiresAt: null });

const targetPath = (roundId: string, groupId: string) => `${roundPath(roundId)}/targets/${groupId}`;
const sheet = ({ provinceRoundId, groupId }: AreaWorld) => sheetPath(provinceRoundId, groupId);
const districtTeam = { name: 'ทีมอำเภอ', tier: 'district', areaCode: home, members: [] };
const moves = (move: string, name: keyof AreaWorld, body?: object) => [
  changes(
    'a round',
    (world) => ({ path: `${roundPath(world[name])}/${move}`, headers: anyVersion, body }),
    'round-not-found',
  ),
  writes(
    'a round of the province, which is above both',
    ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/${move}`, headers: anyVersion, body }),
    'is refused too',
  ),
];
const rows: Record<string, AreaRow> = {
  getService: open,
  getContract: open,
  getLiveness: open,
  getReadiness: open,
  listProblems: open,
  explainProblem: open,
  getMetrics: { notAreaBound: 'it measures the process and tells nothing of any record' },
  listPublishedRounds: published,
  getPublishedStatistics: published,
  listPublishedAreas: published,
  listPublishedResults: published,
  exportPublishedResults: published,
  listAreas: areas,
  getArea: areas,

  exportAreas: areas,
  listSeals: sealed,
  exportSeals: sealed,
  getSeal: sealed,
  listSealKeys: sealed,
  createApiKey: [
    writes('a key for 4010', () => ({ path: '/v1/api-keys', body: keyOf(home) })),
    writes('a key for the province', () => ({ path: '/v1/api-keys', body: keyOf('40') }), 'is refused too'),
    writes('a key for the country', () => ({ path: '/v1/api-keys', body: keyOf(null) }), 'is refused too'),
  ],
  getMe: { notAreaBound: 'it tells a caller of itself' },
  listRoles: { notAreaBound: 'roles are the same for everybody' },
  createSignOut: [
    writes('an end of sign-ins for 4010', () => ({ path: '/v1/sign-outs', body: signOutOf4010 })),
    writes(
      'an end of sign-ins for the country',
      () => ({ path: '/v1/sign-outs', body: { ...signOutOf4010, areaCode: null } }),
      'is refused too',
    ),
  ],
  listSignOuts: [lists('all ends of sign-ins', () => ({ path: '/v1/sign-outs?limit=500' }), ['signOutId'])],
  getSignOut: [
    reads('an end of sign-ins', ({ signOutId }) => ({ path: `/v1/sign-outs/${signOutId}` }), 'sign-out-not-found'),
  ],
  endSessions: { notAreaBound: 'the identity provider says whose' },
  listApiKeys: [lists('all keys', () => ({ path: '/v1/api-keys?limit=500' }), ['apiKeyId'])],
  getApiKey: [reads('a key', ({ apiKeyId }) => ({ path: `/v1/api-keys/${apiKeyId}` }), 'api-key-not-found')],
  rotateApiKey: [
    changes(
      'a key',
      ({ apiKeyId }) => ({ path: `/v1/api-keys/${apiKeyId}/secret-rotation`, headers: anyVersion, body: {} }),
      'api-key-not-found',
    ),
  ],
  revokeApiKey: [
    changes(
      'a key',
      ({ apiKeyId }) => ({ path: `/v1/api-keys/${apiKeyId}`, headers: anyVersion }),
      'api-key-not-found',
    ),
  ],

  listChanges: [
    lists('all changes', () => ({ path: '/v1/changes?limit=500' }), ['groupId', 'apiKeyId', 'teamId', 'planId']),
    lists('the history of a group', ({ groupId }) => ({ path: `/v1/changes?resource=group&resourceId=${groupId}` }), [
      'groupId',
    ]),
    lists('the changes about a group', ({ groupId }) => ({ path: `/v1/changes?groupId=${groupId}` }), ['groupId']),
    reads('the changes of 4010', () => ({ path: `/v1/changes?area=${home}` }), 'area-not-found'),
  ],
  followChanges: {
    notAreaBound:
      'it has no end that a case could wait for; feed-stream.test looks at what comes, which listChanges reads',
  },
  listGroups: [
    lists('all groups', () => ({ path: '/v1/groups?limit=500' }), ['groupId']),
    reads('the groups of 4010', () => ({ path: `/v1/groups?area=${home}` }), 'area-not-found'),
    lists('the groups of the province', () => ({ path: '/v1/groups?area=40' }), ['groupId']),
    lists('the group by its number', () => ({ path: '/v1/groups?registrationNo=HOME-1' }), ['groupId']),
    lists('the group by its name', () => ({ path: '/v1/groups?q=HOME' }), ['groupId']),
  ],
  createGroup: [
    writes('a group in 4010', () => ({ path: '/v1/groups', body: group('NEW-1', home) })),
    writes('a group in a subdistrict of 4010', () => ({ path: '/v1/groups', body: group('NEW-2', `${home}01`) })),
    imports(
      'a file of new groups',
      () => '/v1/groups',
      () => group('NEW-3', home),
    ),
    imports(
      'a file of known groups',
      () => '/v1/groups',
      () => group('HOME-1', `${home}01`),
    ),
  ],
  exportGroups: [
    lists('all groups', () => ({ path: '/v1/groups/rows' }), ['groupId']),
    lists('the groups of the province', () => ({ path: '/v1/groups/rows?area=40' }), ['groupId']),
  ],
  importGroups: [
    imports(
      'a file of new groups',
      () => '/v1/groups/rows',
      () => group('NEW-4', home),
    ),
  ],
  getGroup: [reads('a group', (world) => ({ path: groupPath(world) }), 'group-not-found')],
  replaceGroup: [
    changes(
      'a group',
      (world) => ({ path: groupPath(world), body: group('HOME-1', home), headers: anyVersion }),
      'group-not-found',
    ),
    {
      ...reads(
        'a group, taking it over',
        (world) => ({ path: groupPath(world), body: group('HOME-1', neighbour), headers: anyVersion }),
        'group-not-found',
      ),
      home: 'is refused too',
    },
    writes(
      'a group of its own, moving it to 4010',
      ({ neighbourGroupId }) => {
        const body = group('NEIGHBOUR-1', home);
        return { path: `/v1/groups/${neighbourGroupId}`, body, headers: anyVersion };
      },
      'is refused too',
    ),
  ],
  getGroupSummary: [
    lists('the sums by district', () => ({ path: '/v1/groups/summary?by=district' }), ['areaCode']),
    reads('the sums of 4010', () => ({ path: `/v1/groups/summary?area=${home}` }), 'area-not-found'),
    {
      ...reads('the sums of the province', () => ({ path: '/v1/groups/summary?area=40' }), 'area-not-found'),
      home: 'is refused too',
    },
  ],
  listFigures: [reads("a group's series", (world) => ({ path: `${groupPath(world)}/figures` }), 'group-not-found')],
  exportFigures: [
    reads("a group's series", (world) => ({ path: `${groupPath(world)}/figures/rows` }), 'group-not-found'),
  ],
  listAllFigures: [
    lists('all figures', () => ({ path: '/v1/figures?limit=500' }), ['groupId']),
    reads('the figures of 4010', () => ({ path: `/v1/figures?area=${home}` }), 'area-not-found'),
    lists('the figures of the province of one day', () => ({ path: '/v1/figures?area=40&figuresAsOf=2012-03-31' }), [
      'groupId',
    ]),
  ],
  exportAllFigures: [lists('all figures', () => ({ path: '/v1/figures/rows' }), ['groupId'])],
  getFigures: [reads("a group's figures", (world) => ({ path: figuresPath(world) }), 'group-not-found')],
  putFigures: [
    changes(
      'figures that are there',
      (world) => ({ path: figuresPath(world), body: { ...figures, memberCount: 72 }, headers: anyVersion }),
      'group-not-found',
    ),
    changes(
      'new figures',
      (world) => ({ path: `${groupPath(world)}/figures/2011-03-31`, body: figures }),
      'group-not-found',
    ),
  ],
  importFigures: [
    imports(
      'a file of figures',
      () => '/v1/figures/rows',
      ({ groupId }) => ({ groupId, asOf: '2010-03-31', ...figures }),
    ),
  ],
  deleteFigures: [
    changes('figures', (world) => ({ path: figuresPath(world), headers: anyVersion }), 'group-not-found'),
  ],

  listInstruments: { notAreaBound: 'instruments belong to the whole country and everybody may read them' },
  getInstrument: { notAreaBound: 'instruments belong to the whole country and everybody may read them' },
  createInstrument: [
    writes('a version', () => ({ path: '/v1/instruments', body: createInstrument.bodyExample }), 'is refused too'),
  ],
  previewScoring: { notAreaBound: 'it scores what the caller sends and reads no record of any area' },

  listTeams: [
    lists('all teams', () => ({ path: '/v1/teams?limit=500' }), ['teamId']),
    reads('the teams of 4010', () => ({ path: `/v1/teams?area=${home}` }), 'area-not-found'),
  ],
  exportTeams: [lists('all teams', () => ({ path: '/v1/teams/rows' }), ['teamId'])],
  createTeam: [writes('a team', () => ({ path: '/v1/teams', body: districtTeam }))],
  getTeam: [reads('a team', ({ teamId }) => ({ path: `/v1/teams/${teamId}` }), 'team-not-found')],
  replaceTeam: [
    changes(
      'a team',
      ({ teamId }) => ({ path: `/v1/teams/${teamId}`, body: districtTeam, headers: anyVersion }),
      'team-not-found',
    ),
  ],
  deleteTeam: [
    changes(
      'a team',
      ({ spareTeamId }) => ({ path: `/v1/teams/${spareTeamId}`, headers: anyVersion }),
      'team-not-found',
    ),
  ],

  listRounds: [
    lists('all rounds', () => ({ path: '/v1/rounds?limit=500' }), ['draftRoundId', 'openRoundId', 'finishedRoundId']),
  ],
  createRound: [
    writes('a round', () => ({ path: '/v1/rounds', body: { ...roundContent, areaCode: home, roundNo: 9 } })),
    writes(
      'a round of the province',
      () => ({ path: '/v1/rounds', body: { ...roundContent, roundNo: 9 } }),
      'is refused too',
    ),
  ],
  getRound: [
    reads('a round', ({ openRoundId }) => ({ path: roundPath(openRoundId) }), 'round-not-found'),
    lists(
      'a round of the province, which is above both',
      ({ provinceRoundId }) => ({ path: roundPath(provinceRoundId) }),
      [],
    ),
  ],
  replaceRound: [
    changes(
      'a round',
      ({ draftRoundId }) => {
        const body = { ...roundContent, areaCode: home, title: 'ใหม่' };
        return { path: roundPath(draftRoundId), body, headers: anyVersion };
      },
      'round-not-found',
    ),
    writes(
      'a round of the province',
      ({ provinceRoundId }) => {
        return { path: roundPath(provinceRoundId), body: roundContent, headers: anyVersion };
      },
      'is refused too',
    ),
  ],
  deleteRound: [
    changes(
      'a round',
      ({ spareRoundId }) => ({ path: roundPath(spareRoundId), headers: anyVersion }),
      'round-not-found',
    ),
  ],
  openRound: moves('opening', 'draftRoundId'),
  closeRound: moves('closing', 'openRoundId'),
  reopenRound: moves('reopening', 'closedRoundId', { reason: 'เหตุผล' }),
  publishRound: moves('publication', 'finishedRoundId'),

  listTargets: [
    reads(
      'the targets of a round',
      ({ openRoundId }) => ({ path: `${roundPath(openRoundId)}/targets` }),
      'round-not-found',
    ),
    lists('the targets of the province', ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/targets` }), [
      'groupId',
      'submittedGroupId',
    ]),
  ],
  exportTargets: [
    lists(
      'the targets of the province',
      ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/targets/rows` }),
      ['groupId', 'submittedGroupId'],
    ),
  ],
  getTarget: [
    reads('a target', ({ openRoundId, groupId }) => ({ path: targetPath(openRoundId, groupId) }), 'round-not-found'),
    reads(
      'a target of the province',
      ({ provinceRoundId, groupId }) => ({ path: targetPath(provinceRoundId, groupId) }),
      'target-not-found',
    ),
  ],
  putTarget: [
    changes(
      'a target',
      ({ openRoundId, spareGroupId, teamId }) => {
        return { path: targetPath(openRoundId, spareGroupId), body: { teamId } };
      },
      'round-not-found',
    ),
    changes(
      'the team of a target of the province',
      ({ provinceRoundId, groupId, teamId }) => {
        return { path: targetPath(provinceRoundId, groupId), body: { teamId }, headers: anyVersion };
      },
      'group-not-found',
    ),
    {
      ...changes(
        'a new target of the province',
        ({ secondRoundId, groupId }) => ({ path: targetPath(secondRoundId, groupId), body: { teamId: null } }),
        'group-not-found',
      ),
      home: 'is refused too',
    },
  ],
  importTargets: [
    {
      ...imports(
        'a file of targets',
        ({ spareRoundId }) => `${roundPath(spareRoundId)}/targets/rows?dryRun=true`,
        ({ groupId }) => ({ groupId }),
      ),
      neighbour: { status: 404, code: 'round-not-found' },
    },
    imports(
      'a file with the team of a target of the province',
      ({ provinceRoundId }) => `${roundPath(provinceRoundId)}/targets/rows?dryRun=true`,
      ({ groupId, teamId }) => ({ groupId, teamId }),
    ),
  ],
  deleteTarget: [
    changes(
      'a target',
      ({ draftRoundId, groupId }) => ({ path: targetPath(draftRoundId, groupId), headers: anyVersion }),
      'round-not-found',
    ),
  ],

  listAssessments: [
    lists(
      'the sheets of the province',
      ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/assessments` }),
      ['groupId', 'submittedGroupId'],
    ),
    reads(
      'those of 4010',
      ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/assessments?area=${home}` }),
      'area-not-found',
    ),
    lists(
      'the submitted ones',
      ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/assessments?status=submitted` }),
      ['submittedGroupId'],
    ),
  ],
  exportAssessments: [
    lists(
      'the sheets of the province',
      ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/assessments/rows` }),
      ['groupId', 'submittedGroupId'],
    ),
  ],
  getAssessment: [reads('a sheet', (world) => ({ path: sheet(world) }), 'assessment-not-found')],
  deleteScore: [
    changes(
      'a score of the sheet that was returned',
      ({ provinceRoundId, submittedGroupId }) => ({ path: `${sheetPath(provinceRoundId, submittedGroupId)}/scores/2` }),
      'group-not-found',
    ),
  ],
  getScore: [reads('a score', (world) => ({ path: `${sheet(world)}/scores/2` }), 'assessment-not-found')],
  putAssessment: [
    changes('a sheet', (world) => ({ path: sheet(world), body: fullSheet, headers: anyVersion }), 'group-not-found'),
  ],
  putScore: [
    changes(
      'a score',
      (world) => ({ path: `${sheet(world)}/scores/2`, body: { level: 1, reason: 'เหตุผล' } }),
      'group-not-found',
    ),
  ],
  submitAssessment: [
    changes('a sheet', (world) => ({ path: `${sheet(world)}/submission`, headers: anyVersion }), 'group-not-found'),
  ],
  confirmAssessment: [
    changes(
      'a sheet',
      ({ provinceRoundId, submittedGroupId }) => {
        const path = `${sheetPath(provinceRoundId, submittedGroupId)}/confirmation`;
        return { path, headers: anyVersion };
      },
      'group-not-found',
    ),
  ],
  returnAssessment: [
    changes(
      'a sheet',
      ({ provinceRoundId, submittedGroupId }) => {
        const path = `${sheetPath(provinceRoundId, submittedGroupId)}/return`;
        return { path, body: { reason: 'เหตุผล' }, headers: anyVersion };
      },
      'group-not-found',
    ),
  ],
  importAssessments: [
    imports(
      'a file of sheets of the province',
      ({ provinceRoundId }) => `${roundPath(provinceRoundId)}/assessments/rows`,
      ({ spareGroupId }) => ({ groupId: spareGroupId, ...fullSheet }),
    ),
  ],
  deleteAssessment: [
    changes(
      'a sheet',
      ({ provinceRoundId, spareGroupId }) => {
        return { path: sheetPath(provinceRoundId, spareGroupId), headers: anyVersion };
      },
      'group-not-found',
    ),
  ],
  getGroupHealth: [reads('a group', (world) => ({ path: `${groupPath(world)}/health` }), 'group-not-found')],
  getRoundStatistics: [
    reads('a round', ({ openRoundId }) => ({ path: `${roundPath(openRoundId)}/statistics` }), 'round-not-found'),
    reads(
      'the province for 4010',
      ({ provinceRoundId }) => {
        return { path: `${roundPath(provinceRoundId)}/statistics?area=${home}` };
      },
      'area-not-found',
    ),
    lists(
      'the province by district',
      ({ provinceRoundId }) => {
        return { path: `${roundPath(provinceRoundId)}/statistics?by=district` };
      },
      ['areaCode'],
    ),
  ],
  ...planAreaTable,
  ...webhookAreaTable,
};

/** A record is patched by whom it is replaced by. */
const patches = {
  patchGroup: 'replaceGroup',
  patchFigures: 'putFigures',
  patchTeam: 'replaceTeam',
  patchRound: 'replaceRound',
  patchTarget: 'putTarget',
  patchAssessment: 'putAssessment',
  patchScore: 'putScore',
  patchPlan: 'replacePlan',
  patchPlanAction: 'replacePlanAction',
  patchWebhook: 'replaceWebhook',
};

/** The record is read first: what a patch finds none of is the record, where a replacement would have made or refused one. */
const notThere: Record<string, string> = { patchTarget: 'target-not-found', patchAssessment: 'assessment-not-found' };

function asPatches(patch: string, row: AreaRow): AreaRow {
  const code = notThere[patch];
  if (code === undefined || 'notAreaBound' in row) return row;
  return row.map((one) =>
    'status' in one.neighbour && one.neighbour.code !== 'round-not-found'
      ? { ...one, neighbour: { status: 404, code } }
      : one,
  );
}

/** Every operation of the service, by operationId. One that is missing fails the test. */
export const areaTable: Record<string, AreaRow> = {
  ...rows,
  ...Object.fromEntries(Object.entries(patches).map(([patch, put]) => [patch, asPatches(patch, rows[put] ?? [])])),
};
