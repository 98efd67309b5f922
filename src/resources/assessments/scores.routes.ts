import type { FastifyInstance } from 'fastify';
import { scoresOf } from '../../domain/assessment.js';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { assessmentView, getAssessmentRow } from './assessments.store.js';
import { saveScore } from './scores.actions.js';
import { getScore, putScore } from './scores.contract.js';
import { instrumentOfRound } from './scoring-frame.actions.js';

export function scoresRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getScore, async ({ principal, params, request, reply }) => {
    const instrument = await instrumentOfRound(db, principal, params.roundId);
    const { version, ...sheet } = await getAssessmentRow(db, principal, params);
    const score = scoresOf(sheet, instrument).find(({ criterionNo }) => criterionNo === params.criterionNo);
    if (score === undefined) throw problems.scoreNotFound(String(params.criterionNo));
    return sendVersioned(request, reply, { ...score, version });
  });

  serve(app, putScore, async ({ principal, params, body, request, reply }) => {
    const { criterionNo, ...ids } = params;
    const { sheet, instrument } = await saveScore(
      db,
      principal,
      ids,
      { criterionNo, ...body },
      preconditionOf(request),
    );
    return sendVersioned(request, reply, assessmentView(sheet, instrument));
  });
}
