/** A copy of a registry that is kept up to date: what is kept, and how it is written. */

/** A record as the feed gives it. */
export type Row = Record<string, unknown>;

/** What becomes of a record: its new content, or null when it is gone. */
export interface Step {
  kind: string;
  id: string;
  record: Row | null;
}

/** How far each kind of record has been followed: a position of the feed, as the service wrote it. */
export type Positions = Record<string, string>;

/**
 * Where a copy is kept. What one call writes is there whole or not at all, whenever the process is killed, and the positions
 * with it: so nothing is applied twice or missed.
 */
export interface Mirror {
  /** How far it has come; empty for a new one. */
  positions(): Positions;
  /** Puts the records of a kind in place of those that are there. */
  fill(kind: string, records: AsyncIterable<{ id: string; record: Row }>, position: string): Promise<void>;
  apply(steps: readonly Step[], positions: Positions): Promise<void>;
  /** Removes everything, when it can only be begun anew. */
  clear(): Promise<void>;
  /** The ids of a kind that begin with a text. */
  idsOf(kind: string, beginning: string): string[];
  /** How many records it has. */
  count(): number;
  close(): Promise<void>;
}

/** A kind of record that is followed. */
export interface Kind {
  name: string;
  list: List;
}

/**
 * Where a kind is listed: whole, for the registry or below each of the records of another list (`:id`), or page by page. What
 * it shows of other records beside its own fields is left out.
 */
export interface List {
  path: string;
  below?: { path: string; idOf: (row: Row) => string };
  paged?: boolean;
  idOf: (row: Row) => string;
  without?: readonly string[];
}

const ofRounds = { path: '/v1/rounds', idOf: (row: Row) => String(row.roundId) };
const ofPlans = { path: '/v1/plans', idOf: (row: Row) => String(row.planId) };
const inRound = (row: Row) => `${row.roundId}/${row.groupId}`;

/**
 * In the order in which lists are read: figures before groups, since a group that moves takes its figures along, and what
 * is told of that has to come after both lists.
 */
export const kinds: readonly Kind[] = [
  {
    name: 'figures',
    list: {
      path: '/v1/figures/rows',
      idOf: (row) => `${row.groupId}/${row.asOf}`,
      // What the list says of the group beside them.
      without: ['registrationNo', 'groupName', 'areaCode'],
    },
  },
  { name: 'group', list: { path: '/v1/groups/rows', idOf: (row) => String(row.groupId) } },
  { name: 'team', list: { path: '/v1/teams/rows', idOf: (row) => String(row.teamId) } },
  { name: 'plan', list: { ...ofPlans, path: '/v1/plans/rows' } },
  {
    name: 'plan-action',
    list: {
      path: '/v1/plans/:id/actions/rows',
      below: ofPlans,
      idOf: (row) => `${row.planId}/${row.actionId}`,
      without: ['nextLevel'],
    },
  },
  { name: 'round', list: { ...ofRounds, paged: true } },
  {
    name: 'target',
    list: {
      path: '/v1/rounds/:id/targets/rows',
      below: ofRounds,
      idOf: inRound,
      without: ['registrationNo', 'groupName'],
    },
  },
  {
    name: 'assessment',
    list: {
      path: '/v1/rounds/:id/assessments/rows',
      below: ofRounds,
      idOf: inRound,
      without: ['registrationNo', 'groupName', 'result'],
    },
  },
  {
    name: 'instrument',
    list: { path: '/v1/instruments', paged: true, idOf: (row) => `${row.code}@${row.instrumentVersion}` },
  },
];

/** A change as the feed tells it, as far as a copy needs it. */
export interface Change {
  position: number;
  kind: 'created' | 'changed' | 'deleted' | 'entered' | 'left';
  resource: string;
  resourceId: string;
  record: Row | null;
  details: { figures?: Row[]; actions?: Row[] } | null;
}

/** Kinds of which the feed tells nothing when a round enters that they belong to. */
const ofRound = new Set(['plan', 'plan-action', 'target', 'assessment']);

/** The kinds whose lists are to be read anew after a change: those that belong to a round which enters. */
export function kindsToRead({ kind, resource }: Change): readonly Kind[] {
  return kind === 'entered' && resource === 'round' ? kinds.filter(({ name }) => ofRound.has(name)) : [];
}

/**
 * What a change does to a copy. A group that leaves the reader's area takes its figures along, and one that enters brings
 * them, as a plan brings its actions.
 * @param figuresOf the ids of the figures of a group that the copy has
 */
export function stepsOf(change: Change, figuresOf: (groupId: string) => string[]): Step[] {
  const { kind, resource, resourceId: id, record, details } = change;
  const own = { kind: resource, id, record };
  const actions = (details?.actions ?? []).map((row) => ({
    kind: 'plan-action',
    id: `${id}/${row.actionId}`,
    record: row,
  }));
  if (kind === 'entered' && resource === 'plan') return [own, ...actions];
  if (resource !== 'group' || (kind !== 'left' && kind !== 'entered')) return [own];
  const left = figuresOf(id).map((figuresId) => ({ kind: 'figures', id: figuresId, record: null }));
  const brought = (details?.figures ?? []).map((row) => ({ kind: 'figures', id: `${id}/${row.asOf}`, record: row }));
  return [own, ...left, ...brought];
}
