import { and, asc, count, desc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, rowsOf, type Tx } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import { viewOf } from '../../platform/record/views.js';
import { changesEverywhere } from '../changes/changes.table.js';
import { sealFields } from './seals.record.js';
import { seals } from './seals.table.js';

export type SealRow = typeof seals.$inferSelect;

/** A seal as clients see it. */
export function sealView(row: SealRow) {
  return viewOf(sealFields, row, {});
}

/** What the signature of a seal is over: all that clients see of it, but for the signature and its key. */
export function signedView(row: SealRow) {
  const { signature: _signature, keyId: _keyId, ...signed } = sealView(row);
  return signed;
}

export function listSealRows(db: Db, page: PageRequest): Promise<SealRow[]> {
  return inOrder(db.select().from(seals).$dynamic(), page);
}

/** The same list as JSON lines. */
export function sealLines(db: Db, page: PageRequest): WholeQuery {
  return jsonLines(
    inOrder(
      db
        .select(jsonFields(viewOf(sealFields, seals, {})))
        .from(seals)
        .$dynamic(),
      page,
    ),
  );
}

function inOrder<Query extends PgSelect>(query: Query, { fetch, after }: PageRequest) {
  const [sealNo] = after ?? [];
  return query
    .where(sealNo === undefined ? undefined : gt(seals.sealNo, Number(sealNo)))
    .orderBy(asc(seals.sealNo))
    .limit(fetch);
}

export async function countSeals(db: Db): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(seals)).total;
}

/** @throws problems.sealNotFound (404) */
export async function getSealRow(db: Db, sealNo: number): Promise<SealRow> {
  const [row] = await db.select().from(seals).where(eq(seals.sealNo, sealNo));
  if (row === undefined) throw problems.sealNotFound(String(sealNo));
  return row;
}

/** The newest seal, or null. */
export async function findLastSeal(db: Db): Promise<Pick<SealRow, 'sealNo' | 'toPosition' | 'hash'> | null> {
  const { sealNo, toPosition, hash } = seals;
  const [row] = await db.select({ sealNo, toPosition, hash }).from(seals).orderBy(desc(seals.sealNo)).limit(1);
  return row ?? null;
}

export async function insertSeal(tx: Tx, seal: SealRow): Promise<void> {
  await tx.insert(seals).values(seal);
}

/** Lets one node at a time seal: false when another does. The transaction holds it. */
export async function lockSealing(tx: Tx): Promise<boolean> {
  const query = sql`select pg_try_advisory_xact_lock(hashtextextended('seals', 2555)) as locked`;
  return onlyRow(await rowsOf<{ locked: boolean }>(tx, query)).locked;
}

/** The clock of the database. */
export async function readSealingTime(db: Db): Promise<string> {
  return onlyRow(await rowsOf<{ now: string }>(db, sql`select ${jsonInstant(sql`clock_timestamp()`)} as now`)).now;
}

/** A stretch of the log: the positions after one, up to another. */
export interface Stretch {
  after: number;
  upTo: number;
}

/** Whether a stretch has a change that is older than so many seconds, or so many changes. */
export async function isWorthSealing(db: Db, stretch: Stretch, seconds: number, many: number): Promise<boolean> {
  const inside = within(stretch);
  const query = sql`select exists (select from ${changesEverywhere} where ${inside}
        and ${changesEverywhere.happenedAt} <= now() - make_interval(secs => ${seconds}))
      or exists (select from ${changesEverywhere} where ${inside} order by ${changesEverywhere.sequence}
        offset ${many - 1} limit 1) as worth`;
  return onlyRow(await rowsOf<{ worth: boolean }>(db, query)).worth;
}

/** A change as it is sealed. Every name and value of it is hashed, so nothing here can change without a new form. */
export type SealedChange = Readonly<Record<keyof typeof sealedColumns, unknown>> & { position: number };

const instantOf = (column: typeof changesEverywhere.happenedAt) => sql`${jsonInstant(column)}`;

/**
 * What of a change is sealed, in the form `prot-seal-1`. Left out is `transaction_id`, which a database that takes the
 * registry over numbers anew.
 */
export const sealedColumns = {
  position: changesEverywhere.sequence,
  happenedAt: instantOf(changesEverywhere.happenedAt),
  subjectId: changesEverywhere.subjectId,
  actorKind: changesEverywhere.actorKind,
  actorId: changesEverywhere.actorId,
  actorName: changesEverywhere.actorName,
  action: changesEverywhere.action,
  resource: changesEverywhere.resource,
  resourceId: changesEverywhere.resourceId,
  areaCode: changesEverywhere.areaCode,
  reason: changesEverywhere.reason,
  version: changesEverywhere.version,
  before: changesEverywhere.before,
  after: changesEverywhere.after,
  details: changesEverywhere.details,
};

/** The changes of a stretch as they are sealed, in order, at most so many. */
export function listSealedChanges(db: Db, stretch: Stretch, most: number): Promise<SealedChange[]> {
  return db
    .select(sealedColumns as typeof sealedColumns & { happenedAt: SQL<string> })
    .from(changesEverywhere)
    .where(within(stretch))
    .orderBy(asc(changesEverywhere.sequence))
    .limit(most);
}

function within({ after, upTo }: Stretch): SQL | undefined {
  return and(gt(changesEverywhere.sequence, after), lte(changesEverywhere.sequence, upTo));
}
