/** The figures of the areas as a flat list: one row for each area and criterion, in the order of both. */
import type { OpenAreaOfRound, OpenData } from './open-data.actions.js';

/** Which rows: of these areas, after the row with this key (area, criterion), at most so many. */
export interface PartOfResults {
  areas: readonly OpenAreaOfRound[];
  after: readonly (string | number)[] | null;
  most: number;
}

export type ResultRow = ReturnType<typeof rowsOfArea>[number];

export function readResults(data: OpenData, { areas, after, most }: PartOfResults): ResultRow[] {
  const perArea = data.areas[0]?.criteria.length ?? 1;
  const [afterArea, afterCriterion] = after ?? [];
  const from = after === null ? 0 : areas.findIndex(({ areaCode }) => (areaCode ?? '') === afterArea);
  const rows = areas.slice(from, from + Math.ceil(most / perArea) + 1).flatMap((area) => rowsOfArea(data, area));
  const start = after === null ? 0 : rows.findIndex(({ criterionNo }) => criterionNo === afterCriterion) + 1;
  return rows.slice(start, start + most);
}

function rowsOfArea({ round, smallestCell }: OpenData, { areaCode, areaKind, areaName, criteria }: OpenAreaOfRound) {
  const { roundId, fiscalYearBe, roundNo } = round;
  return criteria.map(({ criterionNo, name, ...counts }) => ({
    roundId,
    fiscalYearBe,
    roundNo,
    areaCode,
    areaKind,
    areaName,
    criterionNo,
    criterionName: name,
    ...counts,
    smallestCell,
  }));
}
