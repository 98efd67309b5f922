import { and, asc, count, eq, gt, inArray, ne, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../domain/access.js';
import { type AreaKind, areasMeet, liesIn } from '../../domain/area.js';
import type { Bilingual } from '../../domain/bilingual.js';
import { problems } from '../../domain/problem.js';
import { rules } from '../../domain/rule.js';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { jsonFields, jsonLines, jsonObject } from '../../platform/db/json-lines.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import { areas } from './areas.table.js';

export type AreaRow = typeof areas.$inferSelect;

export interface AreaFilter {
  parent?: string | undefined;
  kind?: AreaKind | undefined;
}

export function listAreaRows(db: Db, filter: AreaFilter, page: PageRequest): Promise<AreaRow[]> {
  return inOrder(db.select().from(areas).$dynamic(), filter, page);
}

/** The same list as JSON lines. */
export function areaLines(db: Db, filter: AreaFilter, page: PageRequest): WholeQuery {
  const { areaCode, kind, nameTh, nameEn, parentCode, validFrom, validTo, version } = areas;
  const name = jsonObject({ th: nameTh, en: nameEn });
  const item = jsonFields({ areaCode, kind, name, parentCode, validFrom, validTo, version });
  return jsonLines(inOrder(db.select(item).from(areas).$dynamic(), filter, page));
}

export async function countAreas(db: Db, filter: AreaFilter): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(areas).where(matching(filter))).total;
}

/** Areas that were found. Only a migration changes them, and with it the service starts anew. */
const known = new LRUCache<string, AreaRow>({ max: 10_000 });

export async function findArea(db: Db, areaCode: string): Promise<AreaRow | null> {
  const remembered = known.get(areaCode);
  if (remembered !== undefined) return remembered;
  const [area] = await db.select().from(areas).where(eq(areas.areaCode, areaCode));
  if (area !== undefined) known.set(areaCode, area);
  return area ?? null;
}

let every: ReadonlyMap<string, AreaRow> | undefined;

/** All areas by their codes, remembered likewise. */
export async function everyArea(db: Db): Promise<ReadonlyMap<string, AreaRow>> {
  every ??= new Map((await db.select().from(areas)).map((area) => [area.areaCode, area]));
  return every;
}

/** @throws problems.areaNotFound (404) */
export async function getAreaRow(db: Db, areaCode: string): Promise<AreaRow> {
  const area = await findArea(db, areaCode);
  if (area === null) throw problems.areaNotFound(areaCode);
  return area;
}

/** Thai and English names by code, for the areas that a breakdown lists. */
export async function areaNames(db: Db, codes: readonly string[]): Promise<Map<string, { th: string; en: string }>> {
  if (codes.length === 0) return new Map();
  const rows = await db
    .select()
    .from(areas)
    .where(inArray(areas.areaCode, [...codes]));
  return new Map(rows.map((area) => [area.areaCode, nameOfArea(area)]));
}

/** The name of an area as answers say it. */
export function nameOfArea({ nameTh, nameEn }: Pick<AreaRow, 'nameTh' | 'nameEn'>): Bilingual {
  return { th: nameTh, en: nameEn };
}

export type AreaName = Pick<AreaRow, 'areaCode' | 'nameTh' | 'nameEn'>;

/** Codes and names of the districts and smaller areas inside an area, larger ones first. */
export function listAreaNames(db: Db, areaCode: string | null): Promise<AreaName[]> {
  return db
    .select({ areaCode: areas.areaCode, nameTh: areas.nameTh, nameEn: areas.nameEn })
    .from(areas)
    .where(and(ne(areas.kind, 'province'), areaCode === null ? undefined : underPrefix(areas.areaCode, areaCode)))
    .orderBy(sql`length(${areas.areaCode})`, asc(areas.areaCode));
}

/**
 * Refuses a filter by an area that does not exist: an empty list would look like an answer.
 * @throws problems.invalidInput (400)
 */
export async function requireKnownArea(db: Db, name: string, areaCode: string | undefined): Promise<void> {
  if (areaCode === undefined || (await findArea(db, areaCode)) !== null) return;
  throw problems.invalidInput([rules.areaUnknown(`/query/${name}`, areaCode)]);
}

/**
 * Refuses a filter by an area of which the caller sees nothing, as figures of it are refused. Of an area around the
 * caller's own a list gives what lies in both.
 * @throws problems.invalidInput (400) for an unknown area, problems.areaNotFound (404) for one apart from the caller's
 */
export async function requireAreaFilter(db: Db, principal: Principal, areaCode: string | undefined): Promise<void> {
  await requireKnownArea(db, 'area', areaCode);
  if (areaCode === undefined || areasMeet(areaCode, principal.areaCode)) return;
  throw problems.areaNotFound(areaCode);
}

/**
 * An area that the caller asks figures of, which must lie in its own.
 * @throws problems.invalidInput (400) for an unknown area, problems.areaNotFound (404) for one outside the caller's
 */
export async function requireVisibleArea(db: Db, principal: Principal, areaCode: string): Promise<string> {
  await requireKnownArea(db, 'area', areaCode);
  if (!liesIn(areaCode, principal.areaCode)) throw problems.areaNotFound(areaCode);
  return areaCode;
}

function inOrder<Query extends PgSelect>(query: Query, filter: AreaFilter, { after, fetch }: PageRequest) {
  return query
    .where(and(matching(filter), after === null ? undefined : gt(areas.areaCode, String(after[0]))))
    .orderBy(asc(areas.areaCode))
    .limit(fetch);
}

function matching(filter: AreaFilter) {
  return and(
    filter.parent === undefined ? undefined : eq(areas.parentCode, filter.parent),
    filter.kind === undefined ? undefined : eq(areas.kind, filter.kind),
  );
}
