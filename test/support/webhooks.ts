import { sql } from 'drizzle-orm';
import type { Test } from 'tap';
import { makeSender } from '../../src/platform/outbound/sender.js';
import { systemResolve } from '../../src/platform/outbound/target.js';
import { type Delivering, sendDue } from '../../src/resources/deliveries/delivering.actions.js';
import type { TestApp } from './app.js';
import type { Answer } from './client.js';
import { made } from './world.js';

/** What a test does with webhooks: sends what there is to send itself, and lets time pass in the database. */
export function webhooksOf(t: Test, { admin, database }: TestApp) {
  const { db } = database;
  const sender = makeSender({ allowPrivate: true, resolve: systemResolve });
  t.teardown(() => sender.close());
  const usual = { db, sender, secretKey: null, giveUpDays: 5 };
  const path = (webhookId: string, what = '') => `/v1/webhooks/${webhookId}${what}`;

  return {
    path,
    /** A webhook that is deleted at the end of the test. */
    async make(test: Test, url: string, content: object = {}): Promise<Answer['body']> {
      const webhook = await made(admin.post('/v1/webhooks', { url, areaCode: null, ...content }));
      test.teardown(() => admin.delete(path(webhook.webhookId), { 'if-match': '*' }));
      return webhook;
    },
    read: (webhookId: string) => made(admin.get(path(webhookId))),
    act: (webhookId: string, act: string, body?: object) =>
      made(admin.post(path(webhookId, `/${act}`), body, { 'if-match': '*' })),
    /** The log, oldest change first. */
    log: async (webhookId: string) => (await made(admin.get(path(webhookId, '/deliveries?limit=500')))).items.reverse(),
    /** Sends until there is nothing to send now. */
    async send(delivering: Partial<Delivering> = {}): Promise<void> {
      const signal = new AbortController().signal;
      while ((await sendDue({ ...usual, ...delivering }, signal)) > 0);
    },
    /** Lets all pauses be over; and, if so many days are to pass, every failure be so long ago. */
    async letPausesPass(days = 0): Promise<void> {
      await db.execute(sql`update webhook_cursors set wake_at = now()`);
      await db.execute(sql`update webhook_deliveries set next_attempt_at = now(),
        failing_since = failing_since - ${days} * interval '1 day' where state = 'pending'`);
    },
  };
}
