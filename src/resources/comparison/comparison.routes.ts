import type { FastifyInstance } from 'fastify';
import { areaCodeLength } from '../../domain/area.js';
import type { Instrument } from '../../domain/instrument.js';
import { type ActionStatus, type PlanState, planStateOf } from '../../domain/plan.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { ofDrafts } from '../../platform/http/withheld.js';
import { changeOf, emptyMovement, mergeMovements, movementFigures, movementOf } from '../../scoring/comparison.js';
import { effectFigures, effectOf, planCodesOf } from '../../scoring/effect.js';
import { areaNames } from '../areas/areas.store.js';
import { listAllActions } from '../plans/actions.store.js';
import { getPlanRow, type PlanRow } from '../plans/plans.store.js';
import { compareRounds, getPlanEffect, listComparedGroups } from './comparison.contract.js';
import { countPairedGroups, fetchPairedParts, listPairedGroups, listPlannedStates } from './comparison.store.js';
import { type ComparedRounds, type RoundPair, requireComparable } from './comparison-context.store.js';

export function comparisonRoutes(app: FastifyInstance, db: Db): void {
  serve(app, compareRounds, async ({ principal, params, query, request }) => {
    const rounds = await requireComparable(db, principal, { beforeId: params.roundId, ...query });
    const areaDigits = query.by === undefined ? 0 : areaCodeLength.district;
    const parts = await fetchPairedParts(db, principal, rounds.filter, {
      areaDigits,
      withGroupIds: query.split !== undefined,
    });
    const counted = parts.map((part) => ({ ...part, before: rounds.mapped(part.before) }));
    const whole = {
      ...headOf(rounds),
      asOf: publicationOf(rounds, query.split) ?? parts[0]?.asOf ?? (await databaseNow(db)).toISOString(),
      ...figuresOf(counted, rounds.instrument),
    };
    const states =
      query.split === undefined
        ? []
        : await listPlannedStates(db, principal, {
            roundId: params.roundId,
            areaCode: rounds.filter.areaCode,
          });
    const split = query.split === undefined ? {} : { plans: planEffect(counted, rounds, statesByGroup(states)) };
    if (query.by === undefined) return { ...whole, ...split, ...ofDrafts(request) };
    const names = await areaNames(
      db,
      counted.flatMap(({ code }) => code ?? []),
    );
    const breakdown = counted.map((part) => ({
      by: 'district' as const,
      code: part.code ?? '',
      name: names.get(part.code ?? '') ?? null,
      ...figuresOf([part], rounds.instrument),
    }));
    return { ...whole, ...split, breakdown, ...ofDrafts(request) };
  });

  serve(app, listComparedGroups, async ({ principal, params, query, request, reply }) => {
    const { filter, instrument, mapped } = await requireComparable(db, principal, {
      beforeId: params.roundId,
      ...query,
    });
    return sendPage(request, reply, {
      query,
      read: async (page) =>
        (await listPairedGroups(db, principal, filter, page)).map(({ before, after, ...group }) => ({
          ...group,
          ...changeOf(mapped(before), after, instrument),
        })),
      count: () => countPairedGroups(db, principal, filter),
      keyOf: (group) => [group.groupId],
    });
  });

  serve(app, getPlanEffect, async ({ principal, params, query }) => {
    const plan = await getPlanRow(db, principal, params.planId);
    const rounds = await requireComparable(db, principal, {
      beforeId: plan.roundId,
      with: query.with,
      area: plan.areaCode,
      mapping: query.mapping,
    });
    const filter = plan.groupId === null ? rounds.filter : { ...rounds.filter, groupId: plan.groupId };
    const parts = await fetchPairedParts(db, principal, filter, { areaDigits: 0, withGroupIds: true });
    const counted = parts.map((part) => ({ ...part, before: rounds.mapped(part.before) }));
    const states = await statesOfPlan(db, plan);
    const { areaCode, ...head } = headOf(rounds);
    return {
      planId: plan.planId,
      ...head,
      compared: counted.reduce((sum, part) => sum + part.groupIds.length, 0),
      ...planEffect(counted, rounds, () => states),
    };
  });
}

/** From when on the figures of two published rounds stand; null while one of them can change, as plans always can. */
function publicationOf({ before, after }: ComparedRounds, split: 'plan' | undefined): string | null {
  if (before.publishedAt === null || after.publishedAt === null || split !== undefined) return null;
  const [, later = null] = [before.publishedAt, after.publishedAt].sort();
  return later;
}

/** What counting needs of a part: level codes of both rounds as the second instrument reads them. */
interface CountedPart {
  groupIds: string[];
  before: string;
  after: string;
  onlyBefore: number;
  onlyAfter: number;
}

function headOf({ before, after, filter }: ComparedRounds) {
  return { before: roundHead(before), after: roundHead(after), areaCode: filter.areaCode };
}

function roundHead({ roundId, fiscalYearBe, roundNo, title, instrument }: RoundPair['before']) {
  return { roundId, fiscalYearBe, roundNo, title, instrument };
}

function figuresOf(parts: readonly CountedPart[], instrument: Instrument) {
  const movement = parts
    .map(({ before, after }) => movementOf(before, after, instrument))
    .reduce(mergeMovements, emptyMovement(instrument));
  return {
    onlyBefore: parts.reduce((sum, part) => sum + part.onlyBefore, 0),
    onlyAfter: parts.reduce((sum, part) => sum + part.onlyAfter, 0),
    ...movementFigures(movement, instrument),
  };
}

type States = ReadonlyMap<number, PlanState>;

function planEffect(
  parts: readonly CountedPart[],
  { instrument, mappedState }: ComparedRounds,
  statesOf: (groupId: string) => States,
) {
  const join = (field: 'before' | 'after') => parts.map((part) => part[field]).join('');
  const groupIds = parts.flatMap((part) => part.groupIds);
  const planCodes = groupIds.map((groupId) => planCodesOf(mappedState(statesOf(groupId)), instrument)).join('');
  return effectFigures(effectOf(join('before'), join('after'), planCodes, instrument), instrument);
}

/** The furthest state of each group's actions on each criterion. */
function statesByGroup(rows: Awaited<ReturnType<typeof listPlannedStates>>): (groupId: string) => States {
  const byGroup = groupedBy(rows, ({ groupId }) => groupId);
  return (groupId) => furthest(byGroup.get(groupId) ?? []);
}

/** A plan's own actions; those of a district or a province count for every group of its area. */
async function statesOfPlan(db: Db, { planId }: PlanRow): Promise<States> {
  return furthest(await listAllActions(db, planId));
}

function furthest(actions: readonly { criterionNo: number; status: ActionStatus }[]): States {
  const byCriterion = groupedBy(actions, ({ criterionNo }) => criterionNo);
  const stateOf = (some: typeof actions) => planStateOf(some.map(({ status }) => status));
  return new Map([...byCriterion].map(([criterionNo, some]) => [criterionNo, stateOf(some)]));
}

function groupedBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [row]);
    else own.push(row);
  }
  return groups;
}
