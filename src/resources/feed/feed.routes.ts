import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { readPosition, writePosition } from '../../domain/feed-position.js';
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
    const { after, seen } = readPosition(given) ?? { after: 0, seen: null };
    const from = order === 'newest' && after === 0 ? Number.MAX_SAFE_INTEGER : after;
    const page = await readFeed(db, principal, { after: from, seen, limit, order, filter });
    if (order === 'oldest' && after > page.drawn) throw problems.cursorInvalid();
    const position = writePosition({ after: page.position, seen });
    const next = page.more ? pathAfter(request, position) : null;
    if (next !== null) reply.header('link', `<${next}>; rel="next"`);
    return {
      items: await describeChanges(db, page.items),
      next,
      position,
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
