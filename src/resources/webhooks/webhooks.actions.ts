import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import {
  missingToPassOn,
  type Permission,
  type Principal,
  readsDrafts,
  requireArea,
  requireChangeable,
} from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireVersion } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { faultOfTarget, type OutboundRules } from '../../platform/outbound/target.js';
import { sameAs } from '../../platform/record/views.js';
import { findArea } from '../areas/areas.store.js';
import { type Note, write } from '../changes/changes.actions.js';
import { findLastPosition } from '../changes/feed-position.store.js';
import { findSettled } from '../changes/settled.store.js';
import { findGroup } from '../groups/groups.store.js';
import { moveCursor, wakeCursor } from './cursors.store.js';
import { addSecret, requireSecret } from './secrets.store.js';
import { webhookFields } from './webhooks.record.js';
import {
  advanceVersion,
  insertWebhook,
  lockWebhook,
  removeWebhook,
  switchOn,
  updateWebhook,
  type WebhookContent,
  type WebhookRow,
} from './webhooks.store.js';
import { webhookKind } from './webhooks.table.js';

/** How webhooks are kept: whom they may call, and what their secrets are encrypted with. */
export interface WebhookSettings {
  outbound: OutboundRules;
  secretKey: Buffer | null;
}

/**
 * Makes a webhook, which sends what happens from now on. Gives its secret, which nobody reads again.
 * @throws problems.permissionNotYours, problems.areaOutsideYours (403), problems.idTaken (409), problems.rulesBroken (422)
 */
export async function createWebhook(
  db: Db,
  principal: Principal,
  settings: WebhookSettings,
  { webhookId = uuidv7(), ...given }: WebhookContent & { webhookId?: string | undefined },
): Promise<{ webhookId: string; secret: string }> {
  const content = { ...given, drafts: given.drafts ?? readsDrafts(principal) };
  await requireSensible(db, principal, settings, content);
  requireReading(principal, content);
  const secret = newSecret();
  // Where nothing is known to be settled, a long write is under way since before the service knew of any.
  const { settled, drawn } = await findSettled(db);
  const position = await findLastPosition(db, settled === 0 ? drawn : settled);
  await write(db, principal, async (tx, note) => {
    const webhook = await insertWebhook(tx, webhookId, content, position);
    await addSecret(tx, webhookId, { secret, key: settings.secretKey, overlapHours: 0 });
    note(webhookKind, 'webhook.created', null, webhook);
  });
  return { webhookId, secret };
}

/** Changes a webhook. @throws problems.webhookNotFound (404), 403, 412/428, 422 */
export async function changeWebhook(
  db: Db,
  principal: Principal,
  settings: WebhookSettings,
  {
    webhookId,
    content: given,
    precondition,
  }: { webhookId: string; content: WebhookContent; precondition: Precondition },
): Promise<void> {
  const check = () => requireSensible(db, principal, settings, given);
  // Names are looked up before the transaction begins; what it finds there may not be the caller's to change.
  const wrong = await check().then(
    () => null,
    (error: unknown) => ({ error }),
  );
  await write(db, principal, async (tx, note) => {
    const before = await lockOwn(tx, principal, webhookId);
    const content = { ...given, drafts: given.drafts ?? before.drafts };
    if (!asksForChange(precondition, before.version, sameAs(webhookFields, before, content))) return note.unchanged();
    if (wrong !== null) throw wrong.error;
    requireReading(principal, content);
    const after = await updateWebhook(tx, before, content);
    if (after.active && !before.active) {
      await requireSecret(tx, webhookId);
      await wakeCursor(tx, webhookId);
    }
    note(webhookKind, 'webhook.changed', before, after);
  });
}

/** Deletes a webhook with its log. @throws problems.webhookNotFound (404), 412/428 */
export async function dropWebhook(
  db: Db,
  principal: Principal,
  webhookId: string,
  precondition: Precondition,
): Promise<void> {
  await changing(db, principal, { webhookId, precondition }, async (tx, note, before) => {
    await removeWebhook(tx, webhookId);
    note(webhookKind, 'webhook.deleted', before, null);
  });
}

/** Gives a webhook a new secret; the ones before it sign too for some hours. @throws problems.webhookNotFound (404), 412/428 */
export async function changeSecret(
  db: Db,
  principal: Principal,
  settings: WebhookSettings,
  { webhookId, overlapHours, precondition }: { webhookId: string; overlapHours: number; precondition: Precondition },
): Promise<string> {
  const secret = newSecret();
  await changing(db, principal, { webhookId, precondition }, async (tx, note, before) => {
    await addSecret(tx, webhookId, { secret, key: settings.secretKey, overlapHours });
    const after = await advanceVersion(tx, webhookId);
    note(webhookKind, 'webhook.secret-rotated', before, after, { details: { overlapHours } });
  });
  return secret;
}

/** Switches a webhook on; what waits is sent at once. @throws problems.webhookNotFound (404), 403, 412/428 */
export async function startWebhook(
  db: Db,
  principal: Principal,
  webhookId: string,
  precondition: Precondition,
): Promise<void> {
  requireReading(principal);
  await changing(db, principal, { webhookId, precondition }, async (tx, note, before) => {
    requireReading(principal, before);
    await requireSecret(tx, webhookId);
    await wakeCursor(tx, webhookId);
    if (before.active) return note.unchanged();
    note(webhookKind, 'webhook.activated', before, await switchOn(tx, webhookId));
  });
}

/**
 * Lets a webhook send again from a position on.
 * @throws problems.webhookNotFound (404), 403, 412/428, problems.rulesBroken (422)
 */
export async function moveWebhook(
  db: Db,
  principal: Principal,
  { webhookId, from, precondition }: { webhookId: string; from: number; precondition: Precondition },
): Promise<void> {
  requireReading(principal);
  const last = await findLastPosition(db, (await findSettled(db, 0)).drawn);
  await changing(db, principal, { webhookId, precondition }, async (tx, note, before) => {
    requireReading(principal, before);
    refuseBroken([from > last + 1 && rules.positionUnknown('/from', from, last)]);
    await moveCursor(tx, webhookId, from);
    const after = await advanceVersion(tx, webhookId);
    note(webhookKind, 'webhook.replayed', before, after, { details: { from } });
  });
}

/** One write to a webhook of the caller's area, whose version it names. */
async function changing(
  db: Db,
  principal: Principal,
  { webhookId, precondition }: { webhookId: string; precondition: Precondition },
  work: (tx: Tx, note: Note, before: WebhookRow) => Promise<void>,
): Promise<void> {
  await write(db, principal, async (tx, note) => {
    const before = await lockOwn(tx, principal, webhookId);
    requireVersion(precondition, before.version);
    await work(tx, note, before);
  });
}

async function lockOwn(tx: Tx, principal: Principal, webhookId: string): Promise<WebhookRow> {
  const webhook = await lockWebhook(tx, webhookId);
  requireChangeable(principal, webhook.areaCode, () => problems.webhookNotFound(webhookId));
  return webhook;
}

async function requireSensible(
  db: Db,
  principal: Principal,
  { outbound }: WebhookSettings,
  { url, areaCode, filters: { groupId } }: WebhookContent,
): Promise<void> {
  const fault = await faultOfTarget(url, outbound);
  const sentence = { 'not-https': rules.urlNotHttps, 'with-credentials': rules.urlWithCredentials };
  refuseBroken([
    areaCode !== null && (await findArea(db, areaCode)) === null && rules.areaUnknown('/areaCode', areaCode),
    fault !== null &&
      (fault === 'not-public' ? rules.urlNotPublic('/url', new URL(url).hostname) : sentence[fault]('/url')),
    groupId !== null &&
      (await findGroup(db, principal, groupId)) === null &&
      rules.groupUnknown('/filters/groupId', groupId),
  ]);
  requireArea(principal, areaCode);
  requireReading(principal);
}

/** What a webhook sends, its maker could read: it passes on what it gives. @throws problems.permissionNotYours (403) */
function requireReading(principal: Principal, { drafts }: { drafts: boolean } = { drafts: false }): void {
  const sent: Permission[] = drafts ? ['read', 'read:drafts'] : ['read'];
  const missing = missingToPassOn(principal, sent);
  if (missing.length > 0) throw problems.permissionNotYours(missing);
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
