import type { FastifyInstance } from 'fastify';
import { areaCodeLength, liesIn } from '../../domain/area.js';
import type { Instrument } from '../../domain/instrument.js';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { figuresByVirtue, figuresOfPart, figuresOfParts, virtuesNoteOf } from '../../scoring/round-statistics.js';
import { samplingOf } from '../../scoring/sampling.js';
import { areaNames } from '../areas/areas.store.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { areaOfRound, getRoundRow, type RoundRow, roundView } from '../rounds/rounds.store.js';
import { teamNames } from '../teams/teams.store.js';
import { getRoundStatistics } from './statistics.contract.js';
import { fetchPartsByArea, fetchPartsByTeam, type RoundPart } from './statistics.store.js';

export function statisticsRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getRoundStatistics, async ({ principal, params, query: { area, by, top } }) => {
    const round = await getRoundRow(db, principal, params.roundId);
    const { roundId, targetSelection: selection } = round;
    const areaCode = await areaOfRound(db, principal, round, area);
    const { instrument: instrumentName } = roundView(round);
    const { content: instrument } = await getInstrumentRow(db, instrumentName);
    const parts =
      by === 'team'
        ? await fetchPartsByTeam(db, principal, { roundId, areaCode })
        : await fetchPartsByArea(db, principal, {
            roundId,
            areaCode,
            areaDigits: by === 'district' ? areaCodeLength.district : 0,
          });
    // The population is that of the whole round: it says nothing of one district.
    const population = liesIn(round.areaCode, areaCode) ? round.targetPopulation : null;
    const samplingOfSheets = (assessed: number) => samplingOf(selection, population, assessed);
    const figures = figuresOfParts(parts, instrument, { top, samplingOfSheets });
    const whole = {
      roundId,
      areaCode,
      instrument: instrumentName,
      asOf: parts[0]?.asOf ?? new Date().toISOString(),
      ...figures,
      virtuesNote: virtuesNoteOf(instrument),
    };
    if (by === undefined) return whole;
    if (by === 'virtue') return { ...whole, breakdown: figuresByVirtue(parts, instrument, { top, selection }) };
    return { ...whole, breakdown: await breakdownOf(db, parts, instrument, { by, top, selection }) };
  });
}

async function breakdownOf(
  db: Db,
  parts: readonly RoundPart[],
  instrument: Instrument,
  { by, ...options }: { by: 'district' | 'team'; top: number; selection: RoundRow['targetSelection'] },
) {
  const codes = parts.flatMap(({ code }) => (code === null ? [] : [code]));
  const names = by === 'district' ? await areaNames(db, codes) : await teamNames(db, codes);
  return parts.map((part) => ({
    by,
    code: part.code,
    name: (part.code === null ? null : names.get(part.code)) ?? null,
    ...figuresOfPart(part, instrument, options),
  }));
}
