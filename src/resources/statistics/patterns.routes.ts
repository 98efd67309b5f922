import type { FastifyInstance } from 'fastify';
import type { Principal } from '../../domain/access.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { coFailureFigures, coFailureOf } from '../../scoring/cofailure.js';
import { prioritiesOf } from '../../scoring/priorities.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { areaOfRound, getRoundRow, roundView } from '../rounds/rounds.store.js';
import { getCoFailure, getPriorities } from './patterns.contract.js';
import { fetchPartsByArea, fetchWeights } from './statistics.store.js';

export function patternsRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getCoFailure, async ({ principal, params, query: { area, minimum } }) => {
    const { round, roundId, areaCode, instrument } = await frameOf(db, principal, params.roundId, area);
    const [part] = await fetchPartsByArea(db, principal, { roundId, areaCode, areaDigits: 0 });
    const levelCodes = part?.levelCodes ?? '';
    return {
      roundId,
      areaCode,
      asOf: round.publishedAt ?? part?.asOf ?? (await databaseNow(db)).toISOString(),
      assessed: levelCodes.length / instrument.criteria.length,
      minimum,
      pairs: coFailureFigures(coFailureOf(levelCodes, instrument), instrument, { minimum }),
    };
  });

  serve(app, getPriorities, async ({ principal, params, query: { area } }) => {
    const { round, roundId, areaCode, instrument } = await frameOf(db, principal, params.roundId, area);
    const { weights, ...head } = await fetchWeights(db, principal, { roundId, areaCode }, instrument);
    const names = new Map(instrument.criteria.map(({ criterionNo, name }) => [criterionNo, name]));
    const criteria = prioritiesOf(weights).map(({ savingsSatang, ...row }) => ({
      ...row,
      name: names.get(row.criterionNo) ?? null,
      savingsBaht: Number(savingsSatang) / 100,
    }));
    return { roundId, areaCode, ...head, asOf: round.publishedAt ?? head.asOf, criteria };
  });
}

async function frameOf(db: Db, principal: Principal, roundId: string, area: string | undefined) {
  const round = await getRoundRow(db, principal, roundId);
  const areaCode = await areaOfRound(db, principal, round, area);
  const { content: instrument } = await getInstrumentRow(db, roundView(round).instrument);
  return { round, roundId, areaCode, instrument };
}
