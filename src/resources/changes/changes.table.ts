import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, json, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { codeText, instant, transactionId } from '../../platform/db/columns.js';

/**
 * Every change to every record, written in the transaction of the change. A creation keeps the record's own columns in
 * `after`, a deletion in `before`, an update the columns that differ in both; `version` is the version of the record that
 * the change made, null for a deletion. `details` has what else the act was about. Audit, a record's history and the change feed
 * are readings of this one table. `subjectId` is the group the change is about, or the record itself where there is no
 * group: it keeps a group's changes together when the table is distributed. Sequence numbers are drawn before commit,
 * so a reader in commit order also needs the transaction that drew them. `areaCodeBefore` is there when the change moved the record to
 * another area: the one it lay in before, empty for the whole country. `draftBefore` and `draftAfter` say on which side of the change
 * the record was a draft or hung on one; a creation and a deletion have but one side, which both of them tell.
 */
export const changesEverywhere = pgTable(
  'changes',
  {
    sequence: bigint('sequence', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    subjectId: uuid('subject_id').notNull(),
    transactionId: transactionId('transaction_id').notNull().default(sql`pg_current_xact_id()`),
    happenedAt: instant('happened_at').notNull().default(sql`now()`),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    action: text('action').notNull(),
    resource: text('resource').notNull(),
    resourceId: text('resource_id').notNull(),
    areaCode: codeText('area_code'),
    areaCodeBefore: codeText('area_code_before'),
    reason: text('reason'),
    version: integer('version'),
    before: json('before').$type<Record<string, unknown>>(),
    after: json('after').$type<Record<string, unknown>>(),
    details: json('details').$type<Record<string, unknown>>(),
    draftBefore: boolean('draft_before').notNull().default(false),
    draftAfter: boolean('draft_after').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.subjectId, table.sequence] }),
    index('changes_by_sequence').on(table.sequence),
    index('changes_by_record').on(table.resource, table.resourceId, table.sequence),
  ],
);
