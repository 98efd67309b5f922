import type { Call } from '../support/client.js';
import { type AreaWorld, figures, group, home, neighbour } from './area-world.js';

/** What a key of the neighbouring district gets. */
export type Outcome =
  /** A refusal with this status and code, and nothing changed. */
  | { status: 403 | 404; code: string }
  /** A success in which none of these values of the world occurs. */
  | { hides: readonly (keyof AreaWorld)[] };

/** One request about what lies in district 4010. */
export interface AreaCase {
  what: string;
  call(world: AreaWorld): Omit<Call, 'method'>;
  neighbour: Outcome;
  /** Whether a key of 4010 itself succeeds with the same request, and sees what is hidden: so the case can fail. */
  home: 'succeeds' | 'is refused too';
}

/** The cases of an operation in the order they are tried, or why no area limits it. */
export type AreaRow = readonly AreaCase[] | { notAreaBound: string };

const notFound = (code: string): Outcome => ({ status: 404, code });
const forbidden: Outcome = { status: 403, code: 'area-outside-yours' };
const anyVersion = { 'if-match': '*' };

const reads = (what: string, call: AreaCase['call'], code: string): AreaCase => {
  return { what, call, neighbour: notFound(code), home: 'succeeds' };
};
const lists = (what: string, call: AreaCase['call'], hides: readonly (keyof AreaWorld)[]): AreaCase => {
  return { what, call, neighbour: { hides }, home: 'succeeds' };
};
const writes = (what: string, call: AreaCase['call'], home: AreaCase['home'] = 'succeeds'): AreaCase => {
  return { what, call, neighbour: forbidden, home };
};
const open = { notAreaBound: 'it is public and tells nothing of any area' };
const areas = { notAreaBound: 'the list of areas of the country is public knowledge' };

const groupPath = ({ groupId }: AreaWorld) => `/v1/groups/${groupId}`;
const figuresPath = (world: AreaWorld) => `${groupPath(world)}/figures/2012-03-31`;
const keyOf = (areaCode: string | null) => ({ name: 'New', permissions: ['read'], areaCode, expiresAt: null });

/** Every operation of the service, by operationId. One that is missing fails the test. */
export const areaTable: Record<string, AreaRow> = {
  getService: open,
  getContract: open,
  getLiveness: open,
  getReadiness: open,
  listProblems: open,
  explainProblem: open,
  listAreas: areas,
  getArea: areas,

  createApiKey: [
    writes('a key for 4010', () => ({ path: '/v1/api-keys', body: keyOf(home) })),
    writes('a key for the province', () => ({ path: '/v1/api-keys', body: keyOf('40') }), 'is refused too'),
    writes('a key for the country', () => ({ path: '/v1/api-keys', body: keyOf(null) }), 'is refused too'),
  ],
  listApiKeys: [lists('all keys', () => ({ path: '/v1/api-keys?limit=500' }), ['apiKeyId'])],
  getApiKey: [reads('a key', ({ apiKeyId }) => ({ path: `/v1/api-keys/${apiKeyId}` }), 'api-key-not-found')],
  revokeApiKey: [writes('a key', ({ apiKeyId }) => ({ path: `/v1/api-keys/${apiKeyId}`, headers: anyVersion }))],

  listGroups: [
    lists('all groups', () => ({ path: '/v1/groups?limit=500' }), ['groupId']),
    lists('the groups of 4010', () => ({ path: `/v1/groups?area=${home}` }), ['groupId']),
    lists('the groups of the province', () => ({ path: '/v1/groups?area=40' }), ['groupId']),
    lists('the group by its number', () => ({ path: '/v1/groups?registrationNo=HOME-1' }), ['groupId']),
    lists('the group by its name', () => ({ path: '/v1/groups?q=HOME' }), ['groupId']),
  ],
  createGroup: [
    writes('a group in 4010', () => ({ path: '/v1/groups', body: group('NEW-1', home) })),
    writes('a group in a subdistrict of 4010', () => ({ path: '/v1/groups', body: group('NEW-2', `${home}01`) })),
  ],
  getGroup: [reads('a group', (world) => ({ path: groupPath(world) }), 'group-not-found')],
  replaceGroup: [
    writes('a group', (world) => ({ path: groupPath(world), body: group('HOME-1', home), headers: anyVersion })),
    writes(
      'a group, taking it over',
      (world) => {
        return { path: groupPath(world), body: group('HOME-1', neighbour), headers: anyVersion };
      },
      'is refused too',
    ),
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
  getFigures: [reads("a group's figures", (world) => ({ path: figuresPath(world) }), 'group-not-found')],
  putFigures: [
    writes('figures that are there', (world) => ({
      path: figuresPath(world),
      body: { ...figures, memberCount: 72 },
      headers: anyVersion,
    })),
    writes('new figures', (world) => ({ path: `${groupPath(world)}/figures/2011-03-31`, body: figures })),
  ],
  deleteFigures: [writes('figures', (world) => ({ path: figuresPath(world), headers: anyVersion }))],
};
