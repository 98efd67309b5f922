import { and, getTableColumns, gte, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, type PgTable, QueryBuilder } from 'drizzle-orm/pg-core';
import { type Principal, readsDrafts } from '../../domain/access.js';
import { type Drafts, isNoDraft } from './drafts.js';

/**
 * Whose rows may be read: those whose code begins with that of the caller's area, null being everything, and of these the
 * drafts only by whoever may read drafts.
 */
export type Scope = Pick<Principal, 'areaCode' | 'permissions'>;

/** A table every row of which lies under a code, such as an area's. */
type TableWithAreas = PgTable & { areaCode: PgColumn };

/**
 * A table of which each caller may see some rows: those of its area, without the drafts unless it reads these. A store reads
 * `visibleTo(scope)`, which is the table cut to what the caller may see; it cannot read the table and forget the cut, because
 * this is what it imports.
 * `everywhere` is the table itself, for inserts and updates of rows already locked, where `write` checks the area.
 */
export interface Scoped<Table extends TableWithAreas> {
  visibleTo(scope: Scope): Table;
  /** The same for a statement that is put together once: `scopeValues` fills the caller's area in at each call. */
  visibleToPlaceholders(scope: Pick<Scope, 'areaCode'>): Table;
  everywhere: Table;
}

/**
 * Rows under the scope are visible. With `andAbove`, so are the rows of what contains the scope: a province's rounds. `drafts` says
 * how a row shows that it is a draft, where there are any.
 */
export function scoped<Table extends TableWithAreas>(
  table: Table,
  name: string,
  options: { andAbove?: boolean; drafts?: Drafts } = {},
): Scoped<Table> {
  const visible = (scope: Scope) => {
    const under = scope.areaCode === null ? undefined : underPrefix(table.areaCode, scope.areaCode);
    const inArea =
      options.andAbove && scope.areaCode !== null
        ? or(under, inArray(table.areaCode, prefixesOf(scope.areaCode)), isNull(table.areaCode))
        : under;
    return options.drafts === undefined || readsDrafts(scope) ? inArea : and(inArea, isNoDraft(options.drafts));
  };
  // The planner pulls this subquery up, so it costs nothing; its columns have the table's names and types.
  const cut = (condition: SQL | undefined) =>
    new QueryBuilder()
      .select()
      .from(table as PgTable)
      .where(condition)
      .as(name) as unknown as Table;
  return {
    visibleTo: (scope) => cut(visible(scope)),
    visibleToPlaceholders: (scope) => {
      if (options.andAbove)
        throw new Error(`What lies above an area has no placeholders: read ${name} with visibleTo.`);
      if (options.drafts !== undefined)
        throw new Error(
          `A statement with placeholders is one for all callers: read ${name}, which has drafts, with visibleTo.`,
        );
      return cut(scope.areaCode === null ? undefined : underPlaceholders(table.areaCode, 'scopeFrom', 'scopeTo'));
    },
    everywhere: table,
  };
}

/** The values of the placeholders of `visibleToPlaceholders`. */
export function scopeValues({ areaCode }: Pick<Scope, 'areaCode'>): { scopeFrom?: string; scopeTo?: string } {
  return areaCode === null ? {} : { scopeFrom: areaCode, scopeTo: `${areaCode}:` };
}

/** As `underPrefix`, with two placeholders: the prefix, and the prefix with ':' after it. */
export function underPlaceholders(column: PgColumn, from: string, to: string): SQL | undefined {
  return and(gte(column, sql.placeholder(from)), lt(column, sql.placeholder(to)));
}

/** The columns of a table as `visible` names them: the table itself, or the same table cut to a scope. */
export function columnsOf<Table extends PgTable>(table: Table, visible: Table): Table['_']['columns'] {
  const names = Object.keys(getTableColumns(table));
  return Object.fromEntries(names.map((name) => [name, visible[name as keyof Table]])) as Table['_']['columns'];
}

/** Whether a code begins with a prefix, as a range that an index serves: ':' follows '9' in byte order. */
export function underPrefix(column: PgColumn, prefix: string): SQL | undefined {
  return and(gte(column, prefix), lt(column, `${prefix}:`));
}

/** `400101` gives `40`, `4001`: the codes of what contains it. */
function prefixesOf(code: string): string[] {
  const lengths = Array.from({ length: code.length / 2 }, (_, index) => (index + 1) * 2);
  return lengths.map((length) => code.slice(0, length));
}
