import { and, asc, count, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import type { DisabledReason } from '../../domain/webhook.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { jsonInstant } from '../../platform/db/json.js';
import { columnsOf } from '../../platform/db/scope.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { webhookFields } from './webhooks.record.js';
import { webhookCursors, webhookDeliveries, webhooks, webhooksEverywhere } from './webhooks.table.js';

export type WebhookRow = typeof webhooksEverywhere.$inferSelect;

/** What a caller may write of a webhook. */
export type WebhookContent = AcceptedOf<typeof webhookFields>;

/** The same, with what was left out of it. */
type WholeContent = WebhookContent & Pick<WebhookRow, 'drafts'>;

/** How far a webhook has come. */
interface Progress {
  position: number;
  pending: number;
  failingSince: string | null;
}

/** A webhook with how far it has come, as clients see it. */
export async function listWebhookViews(db: Db, principal: Principal, page: PageRequest) {
  const visible = webhooks.visibleTo(principal);
  const after = page.after === null ? undefined : gt(visible.webhookId, String(page.after[0]));
  const rows = await withProgress(db, visible).where(after).orderBy(asc(visible.webhookId)).limit(page.fetch);
  return rows.map(webhookView);
}

export async function countWebhooks(db: Db, principal: Principal): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(webhooks.visibleTo(principal))).total;
}

/** @throws problems.webhookNotFound (404) */
export async function getWebhookView(db: Db, principal: Principal, webhookId: string) {
  const visible = webhooks.visibleTo(principal);
  const [row] = await withProgress(db, visible).where(eq(visible.webhookId, webhookId));
  if (row === undefined) throw problems.webhookNotFound(webhookId);
  return webhookView(row);
}

/** A webhook that is on, wherever it is; null when it is off or gone. */
export async function findActiveWebhook(db: Db, webhookId: string): Promise<WebhookRow | null> {
  const [row] = await db
    .select()
    .from(webhooksEverywhere)
    .where(and(eq(webhooksEverywhere.webhookId, webhookId), eq(webhooksEverywhere.active, true)));
  return row ?? null;
}

/** Whether any webhook is on. */
export async function hasActiveWebhooks(db: Db): Promise<boolean> {
  const rows = await db
    .select({ webhookId: webhooksEverywhere.webhookId })
    .from(webhooksEverywhere)
    .where(eq(webhooksEverywhere.active, true))
    .limit(1);
  return rows.length > 0;
}

/** A webhook that is held against other writes. @throws problems.webhookNotFound (404) */
export async function lockWebhook(tx: Tx, webhookId: string): Promise<WebhookRow> {
  const [row] = await tx
    .select()
    .from(webhooksEverywhere)
    .where(eq(webhooksEverywhere.webhookId, webhookId))
    .for('update');
  if (row === undefined) throw problems.webhookNotFound(webhookId);
  return row;
}

/** A new webhook, which begins behind a position. @throws problems.idTaken (409) */
export async function insertWebhook(
  tx: Tx,
  webhookId: string,
  content: WholeContent,
  position: number,
): Promise<WebhookRow> {
  const inserted = tx
    .insert(webhooksEverywhere)
    .values({ webhookId, ...content, ...(content.active ? on : off('by-request')) })
    .returning();
  const row = onlyRow(await refusing(inserted.execute(), { webhooks_pkey: () => problems.idTaken(webhookId) }));
  await tx.insert(webhookCursors).values({ webhookId, position });
  return row;
}

/** Writes what clients may write of a webhook. */
export function updateWebhook(tx: Tx, before: WebhookRow, content: WholeContent): Promise<WebhookRow> {
  const switched = content.active === before.active ? {} : content.active ? on : off('by-request');
  return changeRow(tx, before.webhookId, { ...content, ...switched });
}

export function switchOn(tx: Tx, webhookId: string): Promise<WebhookRow> {
  return changeRow(tx, webhookId, on);
}

export function switchOff(tx: Tx, webhookId: string, reason: DisabledReason): Promise<WebhookRow> {
  return changeRow(tx, webhookId, off(reason));
}

/** Gives a webhook its next version, for an act that changes none of its columns. */
export function advanceVersion(tx: Tx, webhookId: string): Promise<WebhookRow> {
  return changeRow(tx, webhookId, {});
}

export async function removeWebhook(tx: Tx, webhookId: string): Promise<void> {
  await tx.delete(webhooksEverywhere).where(eq(webhooksEverywhere.webhookId, webhookId));
}

const on = { active: true, disabledAt: null, disabledReason: null };

function off(disabledReason: DisabledReason) {
  return { active: false, disabledAt: sql`now()`, disabledReason };
}

async function changeRow(tx: Tx, webhookId: string, changed: Record<string, unknown>): Promise<WebhookRow> {
  const rows = await tx
    .update(webhooksEverywhere)
    .set({ ...changed, version: sql`${webhooksEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(eq(webhooksEverywhere.webhookId, webhookId))
    .returning();
  return onlyRow(rows);
}

function withProgress(db: Db, visible: typeof webhooksEverywhere) {
  const ofPending = (value: SQL) =>
    sql`(select ${value} from ${webhookDeliveries} as d where d.webhook_id = ${visible.webhookId} and d.state = 'pending')`;
  return db
    .select({
      webhook: columnsOf(webhooksEverywhere, visible),
      position: webhookCursors.position,
      pending: sql<number>`${ofPending(sql`count(*)`)}`.mapWith(Number),
      failingSince: sql<string | null>`${ofPending(jsonInstant(sql`min(d.failing_since)`))}`,
    })
    .from(visible)
    .innerJoin(webhookCursors, eq(webhookCursors.webhookId, visible.webhookId))
    .$dynamic();
}

function webhookView({ webhook, ...progress }: { webhook: WebhookRow } & Progress) {
  return viewOf(webhookFields, webhook, progress);
}
