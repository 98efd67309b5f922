/** The shapes of what moved between two rounds, and of what plans had to do with it. */
import { z } from 'zod';
import { planStates } from '../../domain/plan.js';
import { component } from '../../platform/http/components.js';
import { bilingual, count, criterionNo, id, instrumentRef, percent } from '../shapes.contract.js';

export const name = bilingual.nullable();
const points = z.number().min(-100).max(100).meta({ description: 'Percent points' });

export const comparedRound = component(
  'ComparedRound',
  z.strictObject({
    roundId: id,
    fiscalYearBe: z.int(),
    roundNo: z.int(),
    title: z.string(),
    instrument: instrumentRef,
  }),
);

const MovedGroups = component(
  'MovedGroups',
  z.strictObject({
    compared: count,
    missing: count.meta({ description: 'In both rounds, but without a criterion scored in both' }),
    complete: count.meta({ description: 'With every criterion scored in both' }),
    improved: count.meta({ description: 'Passed more criteria than before' }),
    unchanged: count,
    declined: count,
    becameWellManaged: count,
    stoppedBeingWellManaged: count,
    meanPassedBefore: z.number().min(0).nullable(),
    meanPassedAfter: z.number().min(0).nullable(),
  }),
);

const CriterionMovement = component(
  'CriterionMovement',
  z.strictObject({
    criterionNo,
    name,
    compared: count,
    missing: count,
    matrix: z
      .array(z.array(count).min(3).max(3))
      .min(3)
      .max(3)
      .meta({ description: 'Groups; row = level 1, 2, 3 before, column = level 1, 2, 3 after' }),
    gainedPasses: count,
    lostPasses: count,
    net: z.int(),
    passedBefore: count,
    passedBeforePercent: percent.nullable(),
    passedAfter: count,
    passedAfterPercent: percent.nullable(),
    mcnemarP: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: "McNemar's exact two-sided p. Of 19 criteria one may be below 0.05 by chance alone." }),
  }),
);

export const movement = {
  onlyBefore: count.meta({ description: 'Groups with a submitted sheet in the first round alone' }),
  onlyAfter: count.meta({ description: 'Groups with a submitted sheet in the second round alone' }),
  groups: MovedGroups.meta({ description: 'Only groups assessed in both rounds' }),
  criteria: z.array(CriterionMovement),
};

const planState = component('PlanState', z.enum(planStates));

const PlanOutcome = component(
  'PlanOutcome',
  z.strictObject({
    state: planState.meta({ description: "The furthest of the group's actions on the criterion" }),
    failedBefore: count,
    passedAfter: count,
    passedAfterPercent: percent.nullable(),
    missingAfter: count.meta({ description: 'Failed before and without a level after; not in failedBefore' }),
  }),
);

const PointsInterval = component('PointsInterval', z.strictObject({ difference: points, low: points, high: points }));

const CriterionPlanEffect = component(
  'CriterionPlanEffect',
  z.strictObject({
    criterionNo,
    name,
    byState: z.array(PlanOutcome),
    doneAgainstNone: PointsInterval.nullable().meta({
      description: 'How many percent points more passed with an action done; 95 % Newcombe interval',
    }),
  }),
);

export const effect = {
  criteria: z.array(CriterionPlanEffect),
  allCriteria: z.array(PlanOutcome).meta({ description: 'A group counts once for each criterion that it failed' }),
  statement: bilingual.meta({ description: 'What these figures cannot prove' }),
};

export const PlansEffect = component('PlansEffect', z.strictObject(effect));
