import { and, eq, sql } from 'drizzle-orm';
import { type Db, rowsOf, type Tx } from '../../platform/db/database.js';
import { webhookCursors, webhookDeliveries, webhooksEverywhere } from './webhooks.table.js';

/** The right to send for a webhook, until it ends. */
export interface Lease {
  webhookId: string;
  leasedBy: string;
  position: number;
  failures: number;
}

/** Webhooks that have something to send: changes up to `head`, or deliveries whose time has come. */
export async function listDueWebhooks(db: Db, head: number, most: number): Promise<string[]> {
  const rows = await rowsOf<{ webhookId: string }>(
    db,
    sql`
      select c.webhook_id as "webhookId" from ${webhookCursors} c join ${webhooksEverywhere} w using (webhook_id)
      where w.active and ${isFree} and (c.position < ${head} or exists (
        select from (
          select distinct on (subject) next_attempt_at from ${webhookDeliveries} d
          where d.webhook_id = c.webhook_id and d.state = 'pending' order by subject, d.position) as first_of_subject
        where next_attempt_at is null or next_attempt_at <= now()))
      order by c.wake_at limit ${most}`,
  );
  return rows.map(({ webhookId }) => webhookId);
}

/** Takes webhooks before all other nodes. A lease that its holder does not give back ends by itself. */
export async function takeLeases(tx: Tx, webhookIds: readonly string[], leaseMs: number): Promise<Lease[]> {
  const rows = await rowsOf<Omit<Lease, 'position'> & { position: string }>(
    tx,
    sql`
      with free as (
        select webhook_id from ${webhookCursors} c
        where webhook_id = any(${sql.param([...webhookIds])}::uuid[]) and ${isFree} for update skip locked)
      update ${webhookCursors} c set leased_by = gen_random_uuid(), leased_until = now() + ${leaseMs} * interval '1 millisecond'
      from free where c.webhook_id = free.webhook_id
      returning c.webhook_id as "webhookId", c.leased_by as "leasedBy", c.position::text, c.failures`,
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

const isFree = sql`c.wake_at <= now() and (c.leased_until is null or c.leased_until <= now())`;

/** Gives a lease back, with how far its holder has come; says whether it still was its holder's. */
export async function endLease(
  tx: Tx,
  { webhookId, leasedBy, position, failures }: Lease,
  restMs: number,
): Promise<boolean> {
  const ended = await tx
    .update(webhookCursors)
    .set({
      position,
      failures,
      wakeAt: sql`now() + ${restMs} * interval '1 millisecond'`,
      leasedBy: null,
      leasedUntil: null,
    })
    .where(and(eq(webhookCursors.webhookId, webhookId), eq(webhookCursors.leasedBy, leasedBy)))
    .returning({ webhookId: webhookCursors.webhookId });
  return ended.length > 0;
}

/** Lets everything that waits be sent at once, as if nothing had failed. Whoever sends at the moment has lost the lease. */
export async function wakeCursor(tx: Tx, webhookId: string): Promise<void> {
  await tx
    .update(webhookCursors)
    .set({ failures: 0, wakeAt: sql`now()`, leasedBy: null, leasedUntil: null })
    .where(eq(webhookCursors.webhookId, webhookId));
  await tx
    .update(webhookDeliveries)
    .set({ nextAttemptAt: null, failingSince: null })
    .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.state, 'pending')));
}

/** Goes on from a position, sent before or not: all of it and nothing before, so what waits is forgotten. */
export async function moveCursor(tx: Tx, webhookId: string, from: number): Promise<void> {
  await wakeCursor(tx, webhookId);
  await tx
    .delete(webhookDeliveries)
    .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.state, 'pending')));
  await tx
    .update(webhookCursors)
    .set({ position: Math.max(0, from - 1) })
    .where(eq(webhookCursors.webhookId, webhookId));
}
