import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { ofDrafts } from '../../platform/http/withheld.js';
import { getGroupRow } from '../groups/groups.store.js';
import { getGroupHealth } from './health.contract.js';
import { listHealth } from './health.store.js';

export function healthRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getGroupHealth, async ({ principal, params, request }) => {
    const { groupId, registrationNo, name } = await getGroupRow(db, principal, params.groupId);
    return { groupId, registrationNo, name, rounds: await listHealth(db, principal, groupId), ...ofDrafts(request) };
  });
}
