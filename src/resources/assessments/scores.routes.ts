import type { FastifyInstance } from 'fastify';
import { scoresOf } from '../../domain/assessment.js';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { type Call, serve } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { assessmentView, getAssessmentRow } from './assessments.store.js';
import { clearScore, type ScoreEdit, saveScore } from './scores.actions.js';
import { deleteScore, getScore, patchScore, putScore } from './scores.contract.js';
import { getInstrumentOfRound } from './scoring-context.actions.js';

export function scoresRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getScore, async ({ principal, params, request, reply }) => {
    const instrument = await getInstrumentOfRound(db, principal, params.roundId);
    const { version, ...sheet } = await getAssessmentRow(db, principal, params);
    const score = scoresOf(sheet, instrument).find(({ criterionNo }) => criterionNo === params.criterionNo);
    if (score === undefined) throw problems.scoreNotFound(String(params.criterionNo));
    return sendVersioned(request, reply, { ...score, version });
  });

  const save = async (
    { principal, params, request, reply }: Omit<Call<typeof putScore>, 'body'>,
    given: Omit<ScoreEdit, 'criterionNo'>,
  ) => {
    const { criterionNo, ...ids } = params;
    const change = { criterionNo, ...given };
    const { sheet, instrument, created } = await saveScore(db, principal, ids, change, preconditionOf(request));
    if (created) reply.code(201).header('location', `/v1/rounds/${ids.roundId}/assessments/${ids.groupId}`);
    return sendVersioned(request, reply, assessmentView(sheet, instrument));
  };

  serve(app, putScore, ({ body, ...call }) => save(call, body));
  serve(app, patchScore, ({ body, ...call }) => save(call, body));

  serve(app, deleteScore, async ({ principal, params, request, reply }) => {
    const { criterionNo, ...ids } = params;
    const { sheet, instrument } = await clearScore(db, principal, ids, criterionNo, preconditionOf(request));
    return sendVersioned(request, reply, assessmentView(sheet, instrument));
  });
}
