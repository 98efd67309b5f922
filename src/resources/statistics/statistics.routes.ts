import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { type Principal, readsDrafts } from '../../domain/access.js';
import { areaCodeLength, liesIn } from '../../domain/area.js';
import type { Instrument } from '../../domain/instrument.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { sendKept } from '../../platform/http/versions.js';
import { ofDrafts } from '../../platform/http/withheld.js';
import { figuresByVirtue, figuresOfPart, figuresOfParts, virtuesNoteOf } from '../../scoring/round-statistics.js';
import { samplingOf } from '../../scoring/sampling.js';
import { areaNames } from '../areas/areas.store.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { publishedTeamNames } from '../rounds/published.store.js';
import { areaOfRound, getRoundRow, type RoundRow, roundView } from '../rounds/rounds.store.js';
import { teamNames } from '../teams/teams.store.js';
import { cacheAnswer, describeAnswer, findAnswer } from './cached-answers.actions.js';
import { getRoundStatistics } from './statistics.contract.js';
import { fetchPartsByArea, fetchPartsByTeam, type RoundPart } from './statistics.store.js';

export function statisticsRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getRoundStatistics, async ({ principal, params, query, request, reply }) => {
    const round = await getRoundRow(db, principal, params.roundId);
    const areaCode = await areaOfRound(db, principal, round, query.area);
    const ask = { by: query.by, top: query.top, areaCode };
    const key = { roundId: round.roundId, version: round.version, ...ask, withDrafts: readsDrafts(principal) };
    const known = findAnswer(key);
    if (known !== null && round.status === 'published') return sendKept(request, reply, known);
    const figures = await countStatistics(db, principal, round, ask);
    const counted = describeAnswer(round, { ...figures, ...ofDrafts(request) });
    return sendKept(request, reply, known?.etag === counted.etag ? known : cacheAnswer(key, counted));
  });
}

/** What is asked of a round: the figures of an area, perhaps with the same for each of its parts. */
type Ask = Pick<z.output<typeof getRoundStatistics.query>, 'by' | 'top'> & { areaCode: string | null };

async function countStatistics(db: Db, principal: Principal, round: RoundRow, { areaCode, by, top }: Ask) {
  const { roundId, targetSelection: selection } = round;
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
    // A published round stands as it was when it was published, whoever counts it and when.
    asOf: round.publishedAt ?? parts[0]?.asOf ?? (await databaseNow(db)).toISOString(),
    ...figures,
    virtuesNote: virtuesNoteOf(instrument),
  };
  if (by === undefined) return whole;
  if (by === 'virtue') return { ...whole, breakdown: figuresByVirtue(parts, instrument, { top, selection }) };
  return { ...whole, breakdown: await breakdownOf(db, parts, instrument, { roundId, by, top, selection }) };
}

async function breakdownOf(
  db: Db,
  parts: readonly RoundPart[],
  instrument: Instrument,
  { roundId, by, ...options }: { roundId: string; by: 'district' | 'team' } & Parameters<typeof figuresOfPart>[2],
) {
  const codes = parts.flatMap(({ code }) => (code === null ? [] : [code]));
  const names = by === 'district' ? await areaNames(db, codes) : await teamNamesIn(db, roundId, codes);
  return parts.map((part) => ({
    by,
    code: part.code,
    name: (part.code === null ? null : names.get(part.code)) ?? null,
    ...figuresOfPart(part, instrument, options),
  }));
}

/** What teams are called, or were when the round was published. */
async function teamNamesIn(db: Db, roundId: string, teamIds: readonly string[]) {
  return new Map([...(await teamNames(db, teamIds)), ...(await publishedTeamNames(db, roundId, teamIds))]);
}
