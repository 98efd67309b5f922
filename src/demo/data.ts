import type { ActionKind, ActionStatus, GovernancePrinciple, PlanStatus, PlanTier } from '../domain/plan.js';

/**
 * The shapes of the reconstructed data set, close to the request bodies of the API that loads it. Days are ISO
 * `YYYY-MM-DD`, money is whole baht, areas are DOPA codes.
 */

/** Development level of a group (registry data), and the level of one criterion (given by a check team): never merged. */
export type DemoLevel = 1 | 2 | 3;

interface DemoMember {
  name: string;
  organization: 'cdd' | 'network' | 'gsb';
}

export interface DemoTeam {
  /** Names the team inside the data set only: the service gives the real id when the team is created. */
  key: string;
  name: string;
  tier: 'province';
  areaCode: '40';
  members: DemoMember[];
}

export interface DemoGroup {
  registrationNo: string;
  name: string;
  /** A six-digit subdistrict. */
  areaCode: string;
  villageName: string;
  foundedOn: string;
  status: 'active';
  figures: { asOf: string; memberCount: number; savingsBaht: number; developmentLevel: DemoLevel; source: string };
}

export interface DemoRound {
  fiscalYearBe: 2555;
  roundNo: 1 | 2;
  areaCode: '40';
  title: string;
  instrument: 'fhc@1';
  startsOn: string;
  endsOn: string;
  targetSelection: 'designated';
  targetPopulation: 786;
}

export interface DemoScore {
  criterionNo: number;
  level: DemoLevel;
  reason: string;
}

export interface DemoSheet {
  registrationNo: string;
  teamKey: string;
  assessedOn: string;
  scores: DemoScore[];
  summary: string;
}

export interface DemoData {
  label: { th: string; en: string };
  teams: DemoTeam[];
  groups: DemoGroup[];
  round: DemoRound;
  /** One per target: the groups of the sheets are exactly the targets of the round. */
  sheets: DemoSheet[];
}

/** How far an action got; a done one has an outcome. */
export interface DemoProgress {
  status: ActionStatus;
  progressPercent: number;
  outcome: string | null;
}

export interface DemoAction {
  criterionNo: number;
  text: {
    principle: GovernancePrinciple;
    title: string;
    kind: ActionKind;
    responsible: { name: string; organization: string };
    budgetBaht: number;
    startsOn: string;
    dueOn: string;
  };
  progress: DemoProgress;
}

/** An improvement plan; `registrationNo` at the group tier alone, `areaCode` at the others. */
export interface DemoPlan {
  tier: PlanTier;
  areaCode: string | null;
  registrationNo: string | null;
  title: string;
  status: PlanStatus;
  cancellationReason: string | null;
  /** Those a person wrote. Drafting adds one for every other criterion the group failed, which stays planned. */
  actions: DemoAction[];
}

/** What the report does not give: a second round. Its targets are those of the first; a few have no sheet. */
export interface DemoSecondRound {
  round: DemoRound;
  sheets: DemoSheet[];
}

/** A district and its subdistricts, in the order of their codes. */
export interface DemoDistrict {
  areaCode: string;
  subdistricts: readonly string[];
}
