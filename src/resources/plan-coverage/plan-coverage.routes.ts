import type { FastifyInstance } from 'fastify';
import type { Principal } from '../../domain/access.js';
import { areaCodeLength } from '../../domain/area.js';
import { criterionIndex } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { rules } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { ofDrafts } from '../../platform/http/withheld.js';
import { coverageOf } from '../../scoring/coverage.js';
import { areaNames } from '../areas/areas.store.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { areaOfRound, getRoundRow, roundView } from '../rounds/rounds.store.js';
import { getPlanCoverage, listCoveredGroups } from './plan-coverage.contract.js';
import { countCoverage, countCovered, listCoverage, sumBudgets } from './plan-coverage.store.js';

export function planCoverageRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getPlanCoverage, async ({ principal, params, query, request }) => {
    const { filter, instrument } = await frameOf(db, principal, params.roundId, query.area);
    const areaDigits = query.by === undefined ? 0 : areaCodeLength.district;
    const counts = await countCoverage(db, principal, filter, instrument, areaDigits);
    const whole = {
      roundId: filter.roundId,
      areaCode: filter.areaCode,
      criteria: coverageOf(counts, instrument),
      budget: await sumBudgets(db, principal, filter),
    };
    if (query.by === undefined) return { ...whole, ...ofDrafts(request) };
    const codes = [...new Set(counts.map(({ code }) => code))];
    const names = await areaNames(db, codes);
    const breakdown = codes.map((code) => ({
      by: 'district' as const,
      code,
      name: names.get(code) ?? null,
      criteria: coverageOf(
        counts.filter((part) => part.code === code),
        instrument,
      ),
    }));
    return { ...whole, breakdown, ...ofDrafts(request) };
  });

  serve(app, listCoveredGroups, async ({ principal, params, query, request, reply }) => {
    const { filter, instrument } = await frameOf(db, principal, params.roundId, query.area);
    if (criterionIndex(query.criterion, instrument) === null) {
      const place = '/query/criterion';
      throw problems.invalidInput([rules.criterionUnknown(place, query.criterion, instrument.criteria.length)]);
    }
    const wanted = { ...filter, criterion: query.criterion, state: query.state };
    return sendPage(request, reply, {
      query,
      read: (page) => listCoverage(db, principal, wanted, instrument, page),
      count: () => countCovered(db, principal, wanted, instrument),
      keyOf: (group) => [group.registrationNo],
    });
  });
}

async function frameOf(db: Db, principal: Principal, roundId: string, area: string | undefined) {
  const round = await getRoundRow(db, principal, roundId);
  const areaCode = await areaOfRound(db, principal, round, area);
  const { content: instrument } = await getInstrumentRow(db, roundView(round).instrument);
  return { filter: { roundId, areaCode }, instrument };
}
