import type { Logger } from 'pino';
import { type Config, webhookSettings } from './config.js';
import type { BackgroundTask } from './platform/background.js';
import type { Db } from './platform/db/database.js';
import { readSigningKey } from './platform/sealing/signing.js';
import { forgetOldLogouts } from './resources/backchannel-logout/backchannel-logout.actions.js';
import { clearLog, sendToWebhooks } from './resources/deliveries/delivering.actions.js';
import { forgetOldAnswers } from './resources/kept-answers/kept-answers.actions.js';
import { sealChanges } from './resources/seals/seals.actions.js';

/** What every node does beside the requests. Nodes share the work by locks in the database. */
export function tasksOf(config: Config, db: Db, log: Logger): BackgroundTask[] {
  const sealing = { afterSeconds: config.SEAL_AFTER_SECONDS, key: readSigningKey(config.SEAL_SIGNING_KEY) };
  const sending = { ...webhookSettings(config), giveUpDays: config.WEBHOOK_GIVE_UP_DAYS };
  const onError = (error: unknown) => log.warn({ err: error }, 'nothing could be sent to a webhook; it is tried again');
  return [
    forgetOldAnswers(db, config.IDEMPOTENCY_HOURS),
    forgetOldLogouts(db),
    sealChanges(db, sealing),
    sendToWebhooks(db, sending, onError),
    clearLog(db, config.WEBHOOK_LOG_DAYS),
  ];
}
