import type { FastifyInstance } from 'fastify';
import { faultsAtSubmission, faultsOfScores, sheetOf } from '../../domain/assessment.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken, rules, violationsOfSheet } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { explainResult } from '../../scoring/verdict.js';
import { findInstrumentRow } from '../instruments/instruments.store.js';
import { previewScoring } from './scoring.contract.js';

export function scoringRoutes(app: FastifyInstance, db: Db): void {
  serve(app, previewScoring, async ({ body }) => {
    const found = await findInstrumentRow(db, body.instrument);
    if (found === null) throw problems.rulesBroken([rules.instrumentUnknown('/instrument', body.instrument)]);
    const instrument = found.content;
    refuseBroken(violationsOfSheet(faultsOfScores(body.scores, instrument), instrument, body));
    const sheet = sheetOf(body.scores, instrument);
    const missing = faultsAtSubmission(sheet, instrument).map(({ criterionNo, code }) => ({
      criterionNo,
      code: code === 'reason-missing' ? code : ('level-missing' as const),
    }));
    return {
      instrument: body.instrument,
      ...explainResult(sheet.levels, instrument),
      complete: missing.length === 0,
      missing,
    };
  });
}
