import { type SQL, sql } from 'drizzle-orm';
import { firstGroupsOn } from '../../domain/calendar.js';

/** The rows of `classified` that write a day before there were any savings groups, as `findWarnings` wants them. */
export function implausibleDays(column: string, field: string): SQL {
  const day = sql.identifier(column);
  return sql`select row, ${field}, 'day-implausible', ${day}::text, null, null from classified
    where action <> 'unchanged' and ${day} < ${firstGroupsOn}::date`;
}
