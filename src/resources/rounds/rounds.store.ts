import { and, count, desc, eq, type SQL, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Actor, Principal } from '../../domain/access.js';
import { areasMeet, liesIn } from '../../domain/area.js';
import { instrumentRef, parseInstrumentRef } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import type { RoundStatus } from '../../domain/round.js';
import { momentRead } from '../../platform/db/as-of.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { jsonInstant, jsonOf } from '../../platform/db/json.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { requireVisibleArea } from '../areas/areas.store.js';
import { roundFields } from './rounds.record.js';
import { rounds, roundsEverywhere } from './rounds.table.js';

export type RoundRow = typeof roundsEverywhere.$inferSelect;

/** What a caller may set of a round. */
export type RoundContent = AcceptedOf<typeof roundFields>;

export interface RoundFilter {
  area?: string | undefined;
  fiscalYearBe?: number | undefined;
  status?: RoundStatus | undefined;
}

export function listRoundRows(
  db: Db,
  principal: Principal,
  filter: RoundFilter,
  page: PageRequest,
): Promise<RoundRow[]> {
  const visible = rounds.visibleTo(principal);
  const [year, no, roundId] = page.after ?? [];
  const after =
    page.after === null
      ? undefined
      : sql`(${visible.fiscalYearBe}, ${visible.roundNo}, ${visible.roundId}) < (${year}::int, ${no}::int, ${roundId})`;
  return db
    .select()
    .from(visible)
    .where(and(matching(visible, filter), after))
    .orderBy(desc(visible.fiscalYearBe), desc(visible.roundNo), desc(visible.roundId))
    .limit(page.fetch);
}

export async function countRounds(db: Db, principal: Principal, filter: RoundFilter): Promise<number> {
  const visible = rounds.visibleTo(principal);
  return onlyRow(await db.select({ total: count() }).from(visible).where(matching(visible, filter))).total;
}

/** A round that the caller may see, or null. */
export async function findRound(db: Db, principal: Principal, roundId: string): Promise<RoundRow | null> {
  const visible = rounds.visibleTo(principal);
  const [round] = await db.select().from(visible).where(eq(visible.roundId, roundId));
  return round ?? null;
}

/** Published rounds that were read: they never change, so whoever may see them can be told without asking again. */
const published = new LRUCache<string, RoundRow>({ max: 1_000 });

/** @throws problems.roundNotFound (404) */
export async function getRoundRow(db: Db, principal: Principal, roundId: string): Promise<RoundRow> {
  // What is remembered is of the present.
  const known = momentRead() === null ? published.get(roundId) : undefined;
  if (known !== undefined && seesRound(principal, known)) return known;
  const round = await findRound(db, principal, roundId);
  if (round === null) throw problems.roundNotFound(roundId);
  if (round.status === 'published' && momentRead() === null) published.set(roundId, round);
  return round;
}

/** What `rounds.visibleTo` says of a row: it lies in the caller's area, or contains it. */
export function seesRound(principal: Principal, { areaCode }: Pick<RoundRow, 'areaCode'>): boolean {
  return areasMeet(areaCode, principal.areaCode);
}

/**
 * What figures of a round are about: the area named, or the part of the round that the caller sees. Figures of an area
 * that the caller sees only in part would be wrong, so they are refused and not cut.
 * @throws problems.invalidInput (400) for an unknown area, problems.areaNotFound (404) for one outside the caller's
 */
export async function areaOfRound(
  db: Db,
  principal: Principal,
  round: Pick<RoundRow, 'areaCode'>,
  area: string | undefined,
): Promise<string | null> {
  if (area !== undefined) return requireVisibleArea(db, principal, area);
  return liesIn(round.areaCode, principal.areaCode) ? round.areaCode : principal.areaCode;
}

/** A round wherever it is held, kept from other writes (`update`) or from changes of its state (`share`). */
export async function findAndLockRound(
  tx: Tx,
  roundId: string,
  strength: 'update' | 'share',
): Promise<RoundRow | null> {
  const [round] = await tx.select().from(roundsEverywhere).where(eq(roundsEverywhere.roundId, roundId)).for(strength);
  return round ?? null;
}

/** @throws problems.idTaken, problems.roundExists (409) */
export async function insertRound(tx: Tx, roundId: string, content: RoundContent): Promise<RoundRow> {
  const inserted = tx
    .insert(roundsEverywhere)
    .values({ roundId, status: 'draft', ...columnsOf(content) })
    .returning();
  const refusals = {
    rounds_pkey: () => problems.idTaken(roundId),
    rounds_area_year_no: () => problems.roundExists(content),
  };
  return onlyRow(await refusing(inserted.execute(), refusals));
}

/** @throws problems.roundExists (409) */
export async function updateRound(tx: Tx, roundId: string, content: RoundContent): Promise<RoundRow> {
  const updated = updateColumns(tx, roundId, columnsOf(content));
  return refusing(updated, { rounds_area_year_no: () => problems.roundExists(content) });
}

/**
 * Sets the state and the instant of it. Reopening keeps when it was first opened. The clock is read here and not at the
 * start of the transaction, which may have waited for scores in flight: none of them is later than the closing.
 */
export function updateRoundStatus(
  tx: Tx,
  round: RoundRow,
  status: RoundStatus,
  reopening: { reason: string; by: Actor } | null,
): Promise<RoundRow> {
  const instants = {
    draft: {},
    open: { openedAt: round.openedAt ?? sql`clock_timestamp()`, closedAt: null },
    closed: { closedAt: sql`clock_timestamp()` },
    published: { publishedAt: sql`clock_timestamp()` },
  };
  const reopened = reopening === null ? {} : { lastReopening: lastReopening(reopening) };
  return updateColumns(tx, round.roundId, { status, ...instants[status], ...reopened });
}

/** As `givenReason` has it, at the instant at which the change is recorded. */
function lastReopening({ reason, by }: { reason: string; by: Actor }): SQL {
  return jsonOf({
    reason: sql`${reason}::text`,
    at: jsonInstant(sql`greatest(now()::timestamptz(3), recorded_at)`),
    by: jsonOf({
      kind: sql`${by.kind}::text`,
      id: sql`${by.id}::text`,
      name: sql`${by.name}::text`,
      ...(by.onBehalfOf !== undefined && { onBehalfOf: sql`${by.onBehalfOf}::text` }),
    }),
  });
}

export async function removeRound(tx: Tx, roundId: string): Promise<void> {
  await tx.delete(roundsEverywhere).where(eq(roundsEverywhere.roundId, roundId));
}

/** A round as clients see it. */
export function roundView(round: RoundRow) {
  const { instrumentCode: code, instrumentVersion } = round;
  return viewOf(roundFields, round, { instrument: instrumentRef({ code, instrumentVersion }) });
}

function columnsOf({ instrument, ...content }: RoundContent) {
  const parsed = parseInstrumentRef(instrument);
  if (parsed === null) throw problems.instrumentNotFound(instrument);
  return { ...content, instrumentCode: parsed.code, instrumentVersion: parsed.instrumentVersion };
}

async function updateColumns(tx: Tx, roundId: string, columns: Record<string, unknown>): Promise<RoundRow> {
  const rows = await tx
    .update(roundsEverywhere)
    .set({ ...columns, version: sql`${roundsEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(eq(roundsEverywhere.roundId, roundId))
    .returning();
  return onlyRow(rows);
}

function matching(visible: typeof roundsEverywhere, { area, fiscalYearBe, status }: RoundFilter): SQL | undefined {
  return and(
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    fiscalYearBe === undefined ? undefined : eq(visible.fiscalYearBe, fiscalYearBe),
    status === undefined ? undefined : eq(visible.status, status),
  );
}
