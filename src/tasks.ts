import type { Config } from './config.js';
import type { BackgroundTask } from './platform/background.js';
import type { Db } from './platform/db/database.js';

/** What every node does beside the requests. Nodes share the work by locks in the database. */
export function tasksOf(_config: Config, _db: Db): BackgroundTask[] {
  return [];
}
