import { setTimeout as delay } from 'node:timers/promises';
import type { Permission } from '../../domain/access.js';
import {
  type Attempt,
  attemptsKept,
  type DisabledReason,
  isTaken,
  pauseAfter,
  payloadOf,
  restAfter,
  retryAfterMs,
} from '../../domain/webhook.js';
import type { BackgroundTask } from '../../platform/background.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import { makeSender, type Sender } from '../../platform/outbound/sender.js';
import { theService } from '../api-keys/api-keys.actions.js';
import { write, writeApart } from '../changes/changes.actions.js';
import { readFeed } from '../changes/feed.store.js';
import { findLastPosition } from '../changes/feed-position.store.js';
import { findSettled } from '../changes/settled.store.js';
import { describeChanges } from '../feed/items.actions.js';
import { endLease, type Lease, listDueWebhooks, takeLeases } from '../webhooks/cursors.store.js';
import { listSecrets } from '../webhooks/secrets.store.js';
import type { WebhookSettings } from '../webhooks/webhooks.actions.js';
import {
  findActiveWebhook,
  hasActiveWebhooks,
  lockWebhook,
  switchOff,
  type WebhookRow,
} from '../webhooks/webhooks.store.js';
import { webhookKind } from '../webhooks/webhooks.table.js';
import { sendBatch, type Tried } from './batch.actions.js';
import {
  type Delivery,
  eventIdOf,
  failsSince,
  hastenPending,
  loadPending,
  removeOldDeliveries,
  saveDeliveries,
} from './deliveries.store.js';
import { sendMessage } from './sending.actions.js';

/** What delivering needs, and its limits. */
export interface Delivering {
  db: Db;
  sender: Sender;
  secretKey: Buffer | null;
  /** Days that a delivery may fail before its webhook is switched off. */
  giveUpDays: number;
}

const limits = {
  /** Webhooks that a node sends for at once, and attempts at once for each. */
  webhooks: 16,
  concurrency: 4,
  /** Deliveries of a batch; how long it begins new attempts, and for how long a webhook is leased, which is longer. */
  batch: 100,
  batchMs: 10_000,
  leaseMs: 60_000,
  /** Deliveries of a webhook that may wait while it goes on for the others. */
  pending: 1_000,
  /** How often a node looks for something to send. */
  pollMs: 500,
};

/** Sends to webhooks on this node: a slow receiver keeps nobody else waiting. */
export function sendToWebhooks(
  db: Db,
  { outbound, secretKey, giveUpDays }: WebhookSettings & { giveUpDays: number },
  onError: (error: unknown) => void,
): BackgroundTask {
  return {
    name: 'send to webhooks',
    everyMs: 1_000,
    turn: async (signal) => {
      const sender = makeSender(outbound);
      const delivering = { db, sender, secretKey, giveUpDays };
      await sendUntil(delivering, signal, onError).finally(() => sender.close());
      return false;
    },
  };
}

/** Takes what was delivered so many days ago out of the log, some at a time. */
export function clearLog(db: Db, days: number): BackgroundTask {
  const most = 1_000;
  return {
    name: 'clear the log of webhooks',
    everyMs: 600_000,
    turn: async () => (await writeApart(db, (tx) => removeOldDeliveries(tx, days, most))) === most,
  };
}

/** What could not be sent by no fault of its receiver, `onError` is told of. */
async function sendUntil(delivering: Delivering, signal: AbortSignal, onError: (error: unknown) => void) {
  const running = new Set<Promise<void>>();
  try {
    while (!signal.aborted) {
      const leases = await beginLeases(delivering.db, limits.webhooks - running.size);
      for (const lease of leases) {
        const work = sendLeased(delivering, lease, signal)
          .catch(onError)
          .finally(() => running.delete(work));
        running.add(work);
      }
      const rest = new AbortController();
      const pause = delay(limits.pollMs, undefined, { signal: AbortSignal.any([signal, rest.signal]) }).catch(() => {});
      await Promise.race([pause, ...running]);
      rest.abort();
    }
  } finally {
    await Promise.all(running);
  }
}

/** Sends once what there is to send now, and waits until it is done. Gives for how many webhooks. */
export async function sendDue(delivering: Delivering, signal: AbortSignal): Promise<number> {
  const leases = await beginLeases(delivering.db, limits.webhooks);
  await Promise.all(leases.map((lease) => sendLeased(delivering, lease, signal)));
  return leases.length;
}

async function beginLeases(db: Db, most: number): Promise<Lease[]> {
  if (most === 0 || !(await hasActiveWebhooks(db))) return [];
  const head = await findLastPosition(db, (await findSettled(db, 0)).settled);
  const due = await listDueWebhooks(db, head, most);
  return due.length === 0 ? [] : writeApart(db, (tx) => takeLeases(tx, due, limits.leaseMs));
}

/** Sends one batch of a webhook, and notes how far that came. */
async function sendLeased(delivering: Delivering, lease: Lease, signal: AbortSignal): Promise<void> {
  const { db, sender, secretKey } = delivering;
  const { webhookId } = lease;
  const webhook = await findActiveWebhook(db, webhookId);
  if (webhook === null) {
    await writeApart(db, (tx) => endLease(tx, lease, 0));
    return;
  }
  const to = { url: webhook.url, secrets: await listSecrets(db, webhookId, secretKey) };
  // A restored registry has the webhooks of another one without their secrets; unsigned nothing is sent.
  if (to.secrets.length === 0) {
    await writeApart(db, (tx) => endLease(tx, lease, 0));
    return recordDisabled(db, webhookId, 'secret-missing');
  }
  const isDown = lease.failures > 0;
  const waiting = await loadPending(db, webhookId, limits.batch);
  const fresh = await readFresh(
    db,
    webhook,
    lease.position,
    Math.min(isDown ? 10 : limits.batch, limits.pending - waiting.count),
  );
  const free = fresh.deliveries.filter(({ subject }) => !waiting.subjects.has(subject));
  const now = await clockOf(db);
  const endsAt = performance.now() + limits.batchMs;
  const tried = await sendBatch(isDown ? [...free, ...waiting.due] : [...waiting.due, ...free], {
    concurrency: isDown ? 1 : limits.concurrency,
    mayGoOn: () => !signal.aborted && performance.now() < endsAt,
    send: async ({ position, payload }) => {
      const at = now();
      const message = { id: eventIdOf(webhookId, position), payload: payload ?? '' };
      const outcome = await sendMessage(sender, to, message, { at, signal }).catch((error) => {
        if (signal.aborted) return null;
        throw error;
      });
      return outcome && { at, ...outcome };
    },
  });
  await saveBatch(delivering, lease, { tried, fresh, blocked: waiting.subjects, now });
}

interface Fresh {
  deliveries: Delivery[];
  /** How far the log was looked through for them. */
  position: number;
}

/** What happened after a position, as far as the webhook tells of it. */
async function readFresh(db: Db, webhook: WebhookRow, after: number, limit: number): Promise<Fresh> {
  if (limit <= 0) return { deliveries: [], position: after };
  const { webhookId, areaCode, filters, drafts } = webhook;
  const permissions: Permission[] = drafts ? ['read', 'read:drafts'] : ['read'];
  const reader = { ...theService, id: webhookId, name: 'Webhook', permissions, areaCode };
  const only = <Value>(values: readonly Value[] | null) => (values?.length === 1 ? values[0] : undefined);
  const filter = {
    groupId: filters.groupId ?? undefined,
    resource: only(filters.resources),
    action: only(filters.actions),
  };
  const page = await readFeed(db, reader, { after, limit, filter }, await findSettled(db, 0));
  const wanted = page.items.filter(
    ({ resource, action }) =>
      (filters.resources === null || filters.resources.some((one) => one === resource)) &&
      (filters.actions === null || filters.actions.includes(action)),
  );
  const deliveries = (await describeChanges(db, wanted)).map((item) => ({
    position: item.position,
    subject: item.groupId ?? `${item.resource}/${item.resourceId}`,
    action: item.action,
    state: 'pending' as const,
    attemptCount: 0,
    attempts: [],
    failingSince: null,
    nextAttemptAt: null,
    payload: payloadOf(item.action, item.happenedAt, item),
  }));
  return { deliveries, position: page.position };
}

/** Keeps what became of a batch, and what has to wait, and goes on in the log as far as nothing is left out. */
async function saveBatch(
  delivering: Delivering,
  lease: Lease,
  {
    tried,
    fresh,
    blocked,
    now,
  }: { tried: ReadonlyMap<Delivery, Tried>; fresh: Fresh; blocked: ReadonlySet<string>; now: () => Date },
): Promise<void> {
  const { db } = delivering;
  const { webhookId } = lease;
  const failed = [...tried].filter(([, outcome]) => !isTaken(outcome));
  const held = new Set([...blocked, ...failed.map(([{ subject }]) => subject)]);
  const untried = fresh.deliveries.filter((delivery) => !tried.has(delivery));
  const lastTried = Math.max(
    lease.position,
    ...fresh.deliveries.filter((one) => tried.has(one)).map(({ position }) => position),
  );
  // What the batch did not come to is read again, but for what lies before something that was sent.
  const leftOut = untried.find(({ subject, position }) => position > lastTried && !held.has(subject));
  const position = leftOut === undefined ? fresh.position : leftOut.position - 1;
  const waits = untried.filter((delivery) => delivery.position <= position);

  const hasSucceeded = failed.length < tried.size;
  const failures = tried.size === 0 ? lease.failures : hasSucceeded ? 0 : lease.failures + 1;
  const asked = failed.map(([, outcome]) => retryAfterMs(outcome.retryAfter, now().getTime()) ?? 0);
  const restMs = failed.length === 0 ? 0 : restAfter(failures, Math.random(), Math.max(...asked));
  const results = [...tried].map(([delivery, outcome]) => afterAttempt(delivery, outcome, now()));
  await writeApart(db, async (tx) => {
    const isOurs = await endLease(tx, { ...lease, position, failures }, restMs);
    if (!isOurs) return;
    if (hasSucceeded && lease.failures > 0) await hastenPending(tx, webhookId);
    await saveDeliveries(tx, webhookId, [...results, ...waits]);
  });
  if (failed.some(([, { status }]) => status === 410)) await recordDisabled(db, webhookId, 'receiver-gone');
  else if (failed.length > 0 && (await failsSince(db, webhookId, delivering.giveUpDays)))
    await recordDisabled(db, webhookId, 'failing-too-long');
}

function afterAttempt(delivery: Delivery, { at, status, error, ms, retryAfter }: Tried, now: Date): Delivery {
  const attemptCount = delivery.attemptCount + 1;
  const attempt: Attempt = { attemptedAt: at.toISOString(), status, error, ms };
  const attempts = [...delivery.attempts, attempt].slice(-attemptsKept);
  if (isTaken({ status })) {
    return {
      ...delivery,
      attemptCount,
      attempts,
      state: 'delivered',
      failingSince: null,
      nextAttemptAt: null,
      payload: null,
    };
  }
  const pauseMs = pauseAfter(attemptCount, Math.random(), retryAfterMs(retryAfter, now.getTime()));
  return {
    ...delivery,
    attemptCount,
    attempts,
    failingSince: delivery.failingSince ?? attempt.attemptedAt,
    nextAttemptAt: new Date(now.getTime() + pauseMs).toISOString(),
  };
}

/** Switches a webhook off, which is noted as a change by the service. One that is gone or off meanwhile stays so. */
async function recordDisabled(db: Db, webhookId: string, reason: DisabledReason): Promise<void> {
  if ((await findActiveWebhook(db, webhookId)) === null) return;
  await write(db, theService, async (tx, note) => {
    const before = await lockWebhook(tx, webhookId);
    if (!before.active) return note.unchanged();
    note(webhookKind, 'webhook.disabled', before, await switchOff(tx, webhookId, reason));
  });
}

/** The database's clock, asked once: this process only measures what has passed since. */
async function clockOf(db: Db): Promise<() => Date> {
  const [asked, began] = [await databaseNow(db), performance.now()];
  return () => new Date(asked.getTime() + performance.now() - began);
}
