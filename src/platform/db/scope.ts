import { and, gte, inArray, isNull, lt, or, type SQL } from 'drizzle-orm';
import { type PgColumn, type PgTable, QueryBuilder } from 'drizzle-orm/pg-core';

/** Whose rows may be read: those whose code begins with this one. Null reads everything. */
export interface Scope {
  areaCode: string | null;
}

/** A table every row of which lies under a code, such as an area's. */
type ScopedTable = PgTable & { areaCode: PgColumn };

/**
 * The door to a table whose rows only some callers may see. A store reads `visibleTo(scope)`, which is the table cut to
 * what the caller may see; it cannot read the table and forget the cut, because what it imports is this door.
 * `everywhere` is the table itself, for inserts and updates of rows already locked, where `write` checks the area.
 */
export interface Door<Table extends ScopedTable> {
  visibleTo(scope: Scope): Table;
  everywhere: Table;
}

/** Rows under the scope are visible. With `andAbove`, so are the rows of what contains the scope: a province's rounds. */
export function scoped<Table extends ScopedTable>(
  table: Table,
  name: string,
  options: { andAbove?: boolean } = {},
): Door<Table> {
  const visible = (scope: Scope) => {
    const under = scope.areaCode === null ? undefined : underPrefix(table.areaCode, scope.areaCode);
    return options.andAbove && scope.areaCode !== null
      ? or(under, inArray(table.areaCode, prefixesOf(scope.areaCode)), isNull(table.areaCode))
      : under;
  };
  return {
    // The planner pulls this subquery up, so it costs nothing; its columns have the table's names and types.
    visibleTo: (scope) =>
      new QueryBuilder()
        .select()
        .from(table as PgTable)
        .where(visible(scope))
        .as(name) as unknown as Table,
    everywhere: table,
  };
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
