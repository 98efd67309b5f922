import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { rules } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { pathAfter } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { readFeed } from '../changes/feed.store.js';
import { listChanges } from './feed.contract.js';
import { describeChanges } from './items.actions.js';

export function feedRoutes(app: FastifyInstance, db: Db): void {
  serve(app, listChanges, async ({ principal, query, request, reply }) => {
    const { limit, order, after: given, ...filter } = query;
    requireOneRecord(query);
    await requireAreaFilter(db, principal, query.area);
    const after = order === 'newest' && given === '0' ? Number.MAX_SAFE_INTEGER : Number(given);
    const page = await readFeed(db, principal, { after, limit, order, filter });
    if (order === 'oldest' && after > page.drawn) throw problems.cursorInvalid();
    const next = page.more ? pathAfter(request, String(page.position)) : null;
    if (next !== null) reply.header('link', `<${next}>; rel="next"`);
    return {
      items: await describeChanges(db, page.items),
      next,
      position: page.position,
      upToDate: !page.more && page.waitingSince === null,
      waitingSince: page.waitingSince,
    };
  });
}

/** @throws problems.invalidInput (400) */
function requireOneRecord({ order, resource, resourceId }: z.output<typeof listChanges.query>): void {
  if (resourceId !== undefined && resource === undefined)
    throw problems.invalidInput([rules.recordNotNamed('/query/resourceId')]);
  if (order === 'newest' && resourceId === undefined)
    throw problems.invalidInput([rules.recordNotNamed('/query/order')]);
}
