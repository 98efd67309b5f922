import type { FastifyInstance } from 'fastify';
import type { RoundMove } from '../../domain/round.js';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { type Call, serve } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { changeRound, dropRound, moveRound, prepareRound } from './rounds.actions.js';
import {
  closeRound,
  createRound,
  deleteRound,
  getRound,
  listRounds,
  openRound,
  patchRound,
  publishRound,
  reopenRound,
  replaceRound,
} from './rounds.contract.js';
import { countRounds, getRoundRow, listRoundRows, roundView } from './rounds.store.js';

export function roundsRoutes(app: FastifyInstance, db: Db): void {
  serve(app, listRounds, async ({ principal, query, request, reply }) => {
    await requireAreaFilter(db, principal, query.area);
    return sendPage(request, reply, {
      query,
      read: async (page) => (await listRoundRows(db, principal, query, page)).map(roundView),
      count: () => countRounds(db, principal, query),
      keyOf: (round) => [round.fiscalYearBe, round.roundNo, round.roundId],
    });
  });

  serve(app, createRound, async ({ principal, body, request, reply }) => {
    const round = await prepareRound(db, principal, body);
    reply.header('location', `/v1/rounds/${round.roundId}`);
    return sendVersioned(request, reply, roundView(round));
  });

  serve(app, getRound, async ({ principal, params, request, reply }) =>
    sendVersioned(request, reply, roundView(await getRoundRow(db, principal, params.roundId))),
  );

  const replace = async (call: Call<typeof replaceRound>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    return sendVersioned(
      request,
      reply,
      roundView(await changeRound(db, principal, params.roundId, body, precondition)),
    );
  };
  serve(app, replaceRound, (call) => replace(call, preconditionOf(call.request)));
  servePatch(app, patchRound, {
    put: replaceRound,
    read: async ({ principal, params }) => roundView(await getRoundRow(db, principal, params.roundId)),
    save: replace,
  });

  serve(app, deleteRound, async ({ principal, params, request }) => {
    await dropRound(db, principal, params.roundId, preconditionOf(request));
    return undefined;
  });

  const move = async (
    { principal, params, request, reply }: Call<typeof openRound>,
    name: RoundMove,
    reason: string | null = null,
  ) => {
    const round = await moveRound(db, principal, params.roundId, { move: name, reason }, preconditionOf(request));
    return sendVersioned(request, reply, roundView(round));
  };
  serve(app, openRound, (call) => move(call, 'opening'));
  serve(app, closeRound, (call) => move(call, 'closing'));
  serve(app, reopenRound, ({ body, ...call }) => move({ ...call, body: undefined }, 'reopening', body.reason));
  serve(app, publishRound, (call) => move(call, 'publication'));
}
