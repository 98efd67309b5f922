import type { Config } from './config.js';
import type { BackgroundTask } from './platform/background.js';
import type { Db } from './platform/db/database.js';
import { forgetOldAnswers } from './resources/kept-answers/kept-answers.actions.js';

/** What every node does beside the requests. Nodes share the work by locks in the database. */
export function tasksOf(config: Config, db: Db): BackgroundTask[] {
  return [forgetOldAnswers(db, config.IDEMPOTENCY_HOURS)];
}
