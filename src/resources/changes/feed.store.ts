import { type SQL, sql } from 'drizzle-orm';
import { type Actor, type Principal, readsAudit, readsDrafts } from '../../domain/access.js';
import { liesIn } from '../../domain/area.js';
import { auditedResources, type ChangedResource, type ChangeKind, changedResources } from '../../domain/change.js';
import type { FeedPosition } from '../../domain/feed-position.js';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { changesEverywhere } from './changes.table.js';
import { findSettled, type Settled } from './settled.store.js';

/** A change as the log has it, without what its reader may not see of a record that leaves or enters the reader's area. */
export interface LoggedChange {
  /** Its place in the log: its sequence number. */
  position: number;
  happenedAt: string;
  kind: ChangeKind;
  action: string;
  resource: ChangedResource;
  resourceId: string;
  /** The group that the change is about, or null. */
  groupId: string | null;
  /** Where the record lies after the change, or what of it the reader sees: of one that leaves, where it lay. */
  areaCode: string | null;
  version: number | null;
  actor: Actor;
  reason: string | null;
  details: Record<string, unknown> | null;
  /** Columns of the record, as the change keeps them. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Which changes are read; all of them when it is empty. */
export interface FeedFilter {
  resource?: string | undefined;
  resourceId?: string | undefined;
  groupId?: string | undefined;
  /** A record that moves into or out of it is told as entering or leaving. */
  area?: string | undefined;
  action?: string | undefined;
}

export interface FeedRequest {
  /** The number to read on from, which has been read; 0 is the beginning. Newest first: what is larger than any is the end. */
  after: number;
  /** What has been read beyond it: what a snapshot saw of the numbers drawn by then. */
  seen?: FeedPosition['seen'];
  limit: number;
  filter?: FeedFilter;
  order?: 'oldest' | 'newest';
}

export interface FeedPage extends Settled {
  items: LoggedChange[];
  /**
   * Where to read on from: how far the log was looked through. It is the number of a change that is there, or `after`: one that
   * was drawn and not used can be drawn again after a crash of the database.
   */
  position: number;
  /** Whether there is more to read at once. */
  more: boolean;
}

/** Rows of the log that one call looks at, at most: a reader of a small area moves on through the changes of the others. */
const mostLookedAt = 10_000;

/** What everybody reads whose area lies in that of the record, too: as their own lists show them. */
const readableFromBelow: ReadonlySet<string> = new Set(['round', 'team', 'instrument']);

/** Changes that only an auditor reads. */
const audited: ReadonlySet<string> = new Set(auditedResources);

/**
 * Reads the log on from a position, as far as it is settled: no change is ever skipped, and none comes before what caused
 * it. Who has asked how far that is already says so.
 * @throws problems.cursorInvalid (400) when the log has not come to the position that is to be read on from
 */
export async function readFeed(
  db: Db,
  reader: Principal,
  { after, seen = null, limit, filter = {}, order = 'oldest' }: FeedRequest,
  known?: Settled,
): Promise<FeedPage> {
  const state = known ?? (await findSettled(db));
  if (order === 'oldest' && after > state.drawn) throw problems.cursorInvalid();
  const within =
    order === 'oldest'
      ? sql`sequence > ${after} and sequence <= ${state.settled}`
      : sql`sequence < ${Math.min(after, state.settled + 1)}`;
  const looked = sql`
    select * from ${changesEverywhere} where ${within} and ${ofWhat(filter)}
    order by sequence ${direction(order)} ${isIndexed(filter) ? sql.empty() : sql`limit ${mostLookedAt}`}`;
  const rows = await rowsOf<Row>(
    db,
    sql`
      select sequence::text as position, ${jsonInstant(sql`happened_at`)} as "happenedAt", action, resource, resource_id as "resourceId",
        ${groupOf} as "groupId", area_code as "areaCode", area_code_before as "areaCodeBefore", version,
        draft_before as "draftBefore", draft_after as "draftAfter",
        actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", reason, details, before, after
      from (${looked}) as looked
      where ${visible(reader, filter)} and ${matching(filter)} and ${unseen(seen)}
      order by sequence ${direction(order)} limit ${limit + 1}`,
  );
  const items = rows.slice(0, limit).map((row) => changeSeen(reader, filter, row));
  if (rows.length > limit) return { ...state, items, position: items.at(-1)?.position ?? after, more: true };
  // How far was looked must not depend on what the filter finds: it would tell of records that the reader may not see.
  const passed =
    order === 'newest' || isIndexed(filter)
      ? sql`select sequence from ${changesEverywhere} where sequence <= ${state.settled} order by sequence desc limit 1`
      : sql`select sequence from ${changesEverywhere} where ${within} order by sequence limit ${mostLookedAt}`;
  const { edge, count } = onlyRow(
    await rowsOf<{ edge: string | null; count: number }>(
      db,
      sql`select max(sequence)::text as edge, count(*)::int as count from (${passed}) as passed`,
    ),
  );
  return {
    ...state,
    items,
    position: order === 'newest' ? Number(edge ?? 0) : Math.max(after, Number(edge ?? 0)),
    more: count === mostLookedAt,
  };
}

interface Row {
  position: string;
  happenedAt: string;
  action: string;
  resource: ChangedResource;
  resourceId: string;
  groupId: string | null;
  areaCode: string | null;
  areaCodeBefore: string | null;
  draftBefore: boolean;
  draftAfter: boolean;
  version: number | null;
  actorKind: Actor['kind'];
  actorId: string;
  actorName: string;
  reason: string | null;
  details: Record<string, unknown> | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

function direction(order: 'oldest' | 'newest'): SQL {
  return order === 'oldest' ? sql`asc` : sql`desc`;
}

/** Whether an index bounds what is looked through. */
function isIndexed({ resource, resourceId, groupId }: FeedFilter): boolean {
  return groupId !== undefined || (resource !== undefined && resourceId !== undefined);
}

/** The filters of which `isIndexed` speaks. */
function ofWhat({ resource, resourceId, groupId }: FeedFilter): SQL {
  const record =
    resource === undefined || resourceId === undefined
      ? []
      : [sql`resource = ${resource}`, sql`resource_id = ${resourceId}`];
  const group = groupId === undefined ? [] : [sql`subject_id = ${groupId}::uuid`];
  return sql.join([...record, ...group, sql`true`], sql` and `);
}

function matching({ resource, resourceId, groupId, action }: FeedFilter): SQL {
  const conditions = [
    resource === undefined ? [] : [sql`resource = ${resource}`],
    resourceId === undefined ? [] : [sql`resource_id = ${resourceId}`],
    groupId === undefined ? [] : [sql`${groupOf} = ${groupId}`],
    action === undefined ? [] : [sql`action = ${action}`],
  ];
  return sql.join([...conditions.flat(), sql`true`], sql` and `);
}

function unseen(seen: FeedPosition['seen']): SQL {
  if (seen === null) return sql`true`;
  return sql`not (sequence <= ${seen.drawn} and pg_visible_in_snapshot(transaction_id, ${seen.snapshot}::pg_snapshot))`;
}

/** The group that a change is about: its subject, where that is not the record itself or its plan. */
const groupOf = sql`case
  when resource in ('group', 'figures', 'target', 'assessment') then subject_id::text
  when resource in ('plan', 'plan-action') and split_part(resource_id, '/', 1) <> subject_id::text then subject_id::text end`;

/**
 * The changes of which the reader sees the record before or after, in the area that is asked for. A draft is not there for who may not
 * read it: when it is submitted, opened or approved it enters.
 */
function visible(reader: Principal, filter: FeedFilter): SQL {
  const resources = changedResources.filter((resource) => readsAudit(reader) || !audited.has(resource));
  const fromBelow = [...readableFromBelow].map((resource) => sql`${resource}`);
  const inArea = (area: SQL) => {
    const inside =
      reader.areaCode === null ? sql`true` : sql`${area} >= ${reader.areaCode} and ${area} < ${`${reader.areaCode}:`}`;
    const around = sql`resource in (${sql.join(fromBelow, sql`, `)})
      and coalesce(starts_with(${reader.areaCode ?? ''}, ${area}), true)`;
    const asked =
      filter.area === undefined ? sql`true` : sql`${area} >= ${filter.area} and ${area} < ${`${filter.area}:`}`;
    return sql`((${inside}) or (${around})) and (${asked})`;
  };
  const [before, after] = readsDrafts(reader)
    ? [sql`true`, sql`true`]
    : [sql`not draft_before`, sql`(not draft_after or (area_code_before is null and not draft_before))`];
  return sql`resource in (${sql.join(
    resources.map((resource) => sql`${resource}`),
    sql`, `,
  )})
    and ((${inArea(sql`area_code`)} and ${after}) or (area_code_before is not null and ${inArea(sql`area_code_before`)} and ${before}))`;
}

/** The same rule for one area: whether the reader sees a record of the kind there. */
function sees(reader: Principal, filter: FeedFilter, resource: string, areaCode: string | null): boolean {
  const isReadable =
    liesIn(areaCode, reader.areaCode) ||
    (readableFromBelow.has(resource) && (areaCode === null || liesIn(reader.areaCode, areaCode)));
  return isReadable && (filter.area === undefined || liesIn(areaCode, filter.area));
}

function changeSeen(reader: Principal, filter: FeedFilter, row: Row): LoggedChange {
  const { position, areaCodeBefore, draftBefore, draftAfter, actorKind, actorId, actorName, ...told } = row;
  const { people, details } = partDetails(row.details);
  const change: LoggedChange = {
    ...told,
    details,
    position: Number(position),
    kind: row.after === null ? 'deleted' : row.before === null ? 'created' : 'changed',
    actor: { kind: actorKind, id: actorId, name: actorName, ...people },
  };
  const withheld = readsDrafts(reader) ? { before: false, after: false } : { before: draftBefore, after: draftAfter };
  const stays = areaCodeBefore === null;
  if (stays && !withheld.before && !withheld.after) return change;
  const areaLeft = stays ? row.areaCode : areaCodeBefore === '' ? null : areaCodeBefore;
  const isSeen = (area: string | null) => sees(reader, filter, row.resource, area);
  if (withheld.before || !isSeen(areaLeft)) return { ...change, kind: 'entered', before: null };
  if (!withheld.after && isSeen(row.areaCode)) return change;
  const hidden = { version: null, reason: null, details: null, before: null, after: null };
  return { ...change, ...hidden, kind: 'left', areaCode: areaLeft };
}

/** What is kept with the facts of an act and is said of its actor. */
function partDetails(kept: Row['details']): {
  people: Pick<Actor, 'onBehalfOf' | 'personId'>;
  details: Row['details'];
} {
  if (kept === null) return { people: {}, details: null };
  const { onBehalfOf, personId, ...details } = kept;
  const people = {
    ...(typeof onBehalfOf === 'string' && { onBehalfOf }),
    ...(typeof personId === 'string' && { personId }),
  };
  return { people, details: Object.keys(details).length === 0 ? null : details };
}
