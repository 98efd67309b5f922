import { Webhook } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../domain/access.js';
import { type Attempt, payloadOf } from '../../domain/webhook.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import type { Outcome, Sender } from '../../platform/outbound/sender.js';
import { listSecrets, requireSecret } from '../webhooks/secrets.store.js';
import { getWebhookView } from '../webhooks/webhooks.store.js';

/** What is sent, and as what: the same id each time, by which the receiver knows what it has. */
interface Message {
  id: string;
  payload: string;
}

/** Sends a message, signed with each of the secrets. @throws the reason of the signal when that ends it */
export function sendMessage(
  sender: Sender,
  to: { url: string; secrets: readonly string[] },
  { id, payload }: Message,
  { at, signal }: { at: Date; signal: AbortSignal },
): Promise<Outcome> {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Prot-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': to.secrets.map((secret) => new Webhook(secret).sign(id, at, payload)).join(' '),
  };
  return sender.post(to.url, headers, payload, signal);
}

/**
 * Sends a message that tells of nothing, and says what the receiver answered. It stands in no log.
 * @throws problems.webhookNotFound (404), problems.webhookWithoutSecret (409)
 */
export async function sendTest(
  db: Db,
  principal: Principal,
  webhookId: string,
  { sender, secretKey, signal }: { sender: Sender; secretKey: Buffer | null; signal: AbortSignal },
): Promise<Attempt & { eventId: string }> {
  const { url } = await getWebhookView(db, principal, webhookId);
  await requireSecret(db, webhookId);
  const secrets = await listSecrets(db, webhookId, secretKey);
  const at = await databaseNow(db);
  const payload = payloadOf('webhook.test', at.toISOString(), { webhookId });
  const message = { id: `${webhookId}_test-${uuidv7()}`, payload };
  const { status, error, ms } = await sendMessage(sender, { url, secrets }, message, { at, signal });
  return { eventId: message.id, attemptedAt: at.toISOString(), status, error, ms };
}
