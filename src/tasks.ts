import type { Logger } from 'pino';
import { type Config, webhookSettings } from './config.js';
import type { BackgroundTask } from './platform/background.js';
import type { Db } from './platform/db/database.js';
import { makeSender } from './platform/outbound/sender.js';
import { clearLog, startDelivering } from './resources/deliveries/delivering.actions.js';

const minuteMs = 60_000;

/** What every node does beside the requests. Nodes share the work by locks in the database. */
export function tasksOf(config: Config, db: Db, log: Logger): BackgroundTask[] {
  return [
    {
      name: 'send to webhooks',
      everyMs: 1_000,
      turn: async (signal) => {
        const { outbound, secretKey } = webhookSettings(config);
        const sender = makeSender(outbound);
        const onError = (error: unknown) =>
          log.warn({ err: error }, 'a webhook could not be served; it is tried again');
        const giveUpDays = config.WEBHOOK_GIVE_UP_DAYS;
        await startDelivering({ db, sender, secretKey, giveUpDays, onError }, signal).finally(() => sender.close());
        return false;
      },
    },
    { name: 'clear the log of webhooks', everyMs: 10 * minuteMs, turn: () => clearLog(db, config.WEBHOOK_LOG_DAYS) },
  ];
}
