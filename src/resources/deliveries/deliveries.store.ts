import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf, type Tx } from '../../platform/db/database.js';
import type { PageRequest } from '../../platform/http/page.js';
import { webhookDeliveries } from '../webhooks/webhooks.table.js';

type DeliveryRow = typeof webhookDeliveries.$inferSelect;

/** A delivery as it is kept, without whose it is. */
export type Delivery = Omit<DeliveryRow, 'webhookId' | 'changedAt'>;

export interface DeliveryFilter {
  state?: DeliveryRow['state'] | undefined;
}

/** The log of a webhook, newest change first. */
export function listDeliveries(
  db: Db,
  webhookId: string,
  { state }: DeliveryFilter,
  page: PageRequest,
): Promise<DeliveryRow[]> {
  return db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        matching(webhookId, state),
        page.after === null ? undefined : lt(webhookDeliveries.position, Number(page.after[0])),
      ),
    )
    .orderBy(desc(webhookDeliveries.position))
    .limit(page.fetch);
}

export function countDeliveries(db: Db, webhookId: string, { state }: DeliveryFilter): Promise<number> {
  return db.$count(webhookDeliveries, matching(webhookId, state));
}

function matching(webhookId: string, state: DeliveryRow['state'] | undefined) {
  return and(
    eq(webhookDeliveries.webhookId, webhookId),
    state === undefined ? undefined : eq(webhookDeliveries.state, state),
  );
}

/** A delivery as clients see it: without what was sent, and whose order it keeps. */
export function deliveryView({ webhookId, position, action, state, attemptCount, attempts, ...when }: DeliveryRow) {
  const { failingSince, nextAttemptAt } = when;
  const eventId = eventIdOf(webhookId, position);
  return { position, eventId, action, state, attemptCount, attempts, failingSince, nextAttemptAt };
}

/** The id of a message, which never changes: a receiver knows by it what it has. */
export function eventIdOf(webhookId: string, position: number): string {
  return `${webhookId}_${position}`;
}

/** What waits: the subjects of all of it, and the deliveries whose turn has come, in their order. */
export async function loadPending(
  db: Db,
  webhookId: string,
  most: number,
): Promise<{ count: number; subjects: Set<string>; due: Delivery[] }> {
  const waiting = await rowsOf<{ subject: string; count: number; due: boolean }>(
    db,
    sql`
      select subject, count(*)::int as count,
        coalesce((array_agg(next_attempt_at order by position))[1] <= now(), true) as due
      from ${webhookDeliveries} where webhook_id = ${webhookId} and state = 'pending' group by subject`,
  );
  const dueSubjects = waiting.filter(({ due }) => due).map(({ subject }) => subject);
  const due =
    dueSubjects.length === 0
      ? []
      : await db
          .select()
          .from(webhookDeliveries)
          .where(
            and(matching(webhookId, 'pending'), sql`${webhookDeliveries.subject} = any(${sql.param(dueSubjects)})`),
          )
          .orderBy(webhookDeliveries.position)
          .limit(most);
  return {
    count: waiting.reduce((sum, { count }) => sum + count, 0),
    subjects: new Set(waiting.map(({ subject }) => subject)),
    due,
  };
}

/** Lets everything that waits have its turn now: the receiver takes deliveries again. */
export async function hastenPending(tx: Tx, webhookId: string): Promise<void> {
  await tx.update(webhookDeliveries).set({ nextAttemptAt: null }).where(matching(webhookId, 'pending'));
}

/** Writes what became of deliveries, or that they wait. */
export async function saveDeliveries(tx: Tx, webhookId: string, deliveries: readonly Delivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.execute(sql`
    insert into ${webhookDeliveries} (webhook_id, position, subject, action, state, attempt_count, attempts, failing_since,
      next_attempt_at, payload)
    select ${webhookId}::uuid, d.* from json_to_recordset(${JSON.stringify(deliveries.map(inOrder))}) as d (position bigint,
      subject text, action text, state text, "attemptCount" int, attempts json, "failingSince" timestamptz,
      "nextAttemptAt" timestamptz, payload text)
    on conflict (webhook_id, position) do update set state = excluded.state, attempt_count = excluded.attempt_count,
      attempts = excluded.attempts, failing_since = excluded.failing_since, next_attempt_at = excluded.next_attempt_at,
      payload = excluded.payload, changed_at = now()`);
}

function inOrder({
  position,
  subject,
  action,
  state,
  attemptCount,
  attempts,
  failingSince,
  nextAttemptAt,
  payload,
}: Delivery) {
  return { position, subject, action, state, attemptCount, attempts, failingSince, nextAttemptAt, payload };
}

/** Whether a delivery fails since so many days. */
export async function failsSince(db: Db, webhookId: string, days: number): Promise<boolean> {
  const rows = await rowsOf<{ failing: boolean }>(
    db,
    sql`select coalesce(min(failing_since) <= now() - ${days} * interval '1 day', false) as failing
      from ${webhookDeliveries} where webhook_id = ${webhookId} and state = 'pending'`,
  );
  return onlyRow(rows).failing;
}

/** Takes deliveries that succeeded so many days ago out of the log, some at a time. Gives how many. */
export async function removeOldDeliveries(tx: Tx, days: number, most: number): Promise<number> {
  const removed = await rowsOf<{ one: number }>(
    tx,
    sql`
      delete from ${webhookDeliveries} where ctid = any(array(
        select ctid from ${webhookDeliveries} where state = 'delivered' and changed_at < now() - ${days} * interval '1 day'
        limit ${most} for update skip locked))
      returning 1 as one`,
  );
  return removed.length;
}
