import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { readPage } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { sendSame } from '../../platform/http/versions.js';
import { heldBackIn } from '../../scoring/open-figures.js';
import { countRounds, listRoundRows } from '../rounds/rounds.store.js';
import {
  describeRounds,
  everybody,
  getOpenData,
  isOfKind,
  type OpenDataSettings,
  requireOpenData,
} from './open-data.actions.js';
import { getPublishedStatistics, listPublishedAreas, listPublishedRounds } from './open-data.contract.js';

export function openDataRoutes(app: FastifyInstance, db: Db, settings: OpenDataSettings): void {
  serve(app, listPublishedRounds, async ({ query, request, reply }) => {
    requireOpenData(settings);
    const filter = { fiscalYearBe: query.fiscalYearBe, status: 'published' as const };
    const page = await readPage(request, reply, {
      query,
      read: async (page) => describeRounds(db, await listRoundRows(db, everybody, filter, page)),
      count: () => countRounds(db, everybody, filter),
      keyOf: (round) => [round.fiscalYearBe, round.roundNo, round.roundId],
    });
    return sendSame(request, reply, page);
  });

  serve(app, getPublishedStatistics, async ({ params, request, reply }) => {
    const { round, areas, smallestCell } = await getOpenData(db, settings, params.roundId);
    const whole = areas.slice(0, 1);
    return sendSame(request, reply, { round, smallestCell, heldBackCells: heldBackIn(whole), ...whole[0] });
  });

  serve(app, listPublishedAreas, async ({ params, query, request, reply }) => {
    const { areas, smallestCell } = await getOpenData(db, settings, params.roundId);
    const listed = areas.filter(isOfKind(query.kind));
    const page = await readPage(request, reply, {
      query,
      read: async ({ after, fetch }) => {
        const start = after === null ? 0 : listed.findIndex(({ areaCode }) => (areaCode ?? '') === after[0]) + 1;
        return listed.slice(start, start + fetch);
      },
      count: async () => listed.length,
      keyOf: ({ areaCode }) => [areaCode ?? ''],
    });
    return sendSame(request, reply, { ...page, smallestCell, heldBackCells: heldBackIn(page.items) });
  });
}
