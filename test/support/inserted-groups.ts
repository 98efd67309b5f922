import { type SQL, sql } from 'drizzle-orm';

/** Groups that the database makes by itself, with their numbers: for tests in which how they come in is not the question. */
export function insertedGroups(columns: readonly string[], query: SQL): SQL {
  return sql`with made as (
      insert into groups (${sql.raw(columns.join(', '))}) ${query} returning group_id, number_key
    )
    insert into registration_numbers (group_id, number_key) select group_id, number_key from made`;
}
