import type { Config } from './config.js';
import type { BackgroundTask } from './platform/background.js';
import type { Db } from './platform/db/database.js';
import { readSigningKey } from './platform/sealing/signing.js';
import { forgetOldAnswers } from './resources/kept-answers/kept-answers.actions.js';
import { sealChanges } from './resources/seals/seals.actions.js';

/** What every node does beside the requests. Nodes share the work by locks in the database. */
export function tasksOf(config: Config, db: Db): BackgroundTask[] {
  const sealing = { afterSeconds: config.SEAL_AFTER_SECONDS, key: readSigningKey(config.SEAL_SIGNING_KEY) };
  return [forgetOldAnswers(db, config.IDEMPOTENCY_HOURS), sealChanges(db, sealing)];
}
