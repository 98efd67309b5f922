/** How far plans cover what failed. */
import { criterionIndex, type Instrument } from '../domain/instrument.js';
import { percentOf } from './percent.js';

/** Groups of one criterion, as the database counts them. A group may be in several of the last four. */
export interface CoverageCounts {
  criterionNo: number;
  failing: number;
  withPlan: number;
  inProgress: number;
  done: number;
  /** Groups with an action past its due day, see `isOverdue`. */
  overdue: number;
}

/**
 * The coverage of each criterion that a group fails, in instrument order, from the counts of parts that do not overlap
 * (areas). Percents are of the failing groups, cut at two decimals. RangeError for a criterion the instrument lacks.
 */
export function coverageOf(parts: readonly CoverageCounts[], instrument: Instrument) {
  const stray = parts.find(({ criterionNo }) => criterionIndex(criterionNo, instrument) === null);
  if (stray !== undefined) throw new RangeError(`the instrument has no criterion ${stray.criterionNo}`);
  return instrument.criteria.flatMap(({ criterionNo, name }) => {
    const own = parts.filter((part) => part.criterionNo === criterionNo);
    const sum = (field: keyof CoverageCounts) => own.reduce((total, part) => total + part[field], 0);
    const failing = sum('failing');
    if (failing === 0) return [];
    const share = (field: keyof CoverageCounts) => ({ groups: sum(field), percent: percentOf(sum(field), failing) });
    const [withPlan, inProgress, done] = [share('withPlan'), share('inProgress'), share('done')];
    return [{ criterionNo, name, failing, withPlan, inProgress, done, overdue: share('overdue') }];
  });
}
