import { violationOfFinding } from '../../domain/import.js';
import { pointerTo } from '../../domain/refusal.js';
import { mostListed } from '../../platform/bulk/report.js';
import { type ClassifiedRows, noneClassified } from '../../platform/bulk/report-sum.js';
import type { RowFault } from '../../platform/bulk/row.js';
import type { Tx } from '../../platform/db/database.js';
import {
  type ClassifiedCounts,
  countClassified,
  listFound,
  type StagedFault,
  type StagedTables,
  stage,
} from '../../platform/db/staging.js';
import type { Note } from '../changes/changes.actions.js';
import type { Batch } from './read-batches.actions.js';

/** How the rows of one collection are classified by the set and written. */
export interface MergePlan {
  tables: StagedTables;
  /** Holds what the rows of a batch are about, makes `classified`, and notes in `faults` what keeps rows out. */
  classify(tx: Tx): Promise<void>;
  /** Writes the classified rows of a batch. */
  merge(tx: Tx, note: Note, counts: ClassifiedCounts): Promise<void>;
}

/** Judges and merges a batch. Its good rows are written although others of the file may undo all in the end. */
export async function mergeBatch(tx: Tx, note: Note, plan: MergePlan, batch: Batch): Promise<ClassifiedRows> {
  if (batch.good === 0) return noneClassified;
  await stage(tx, plan.tables, batch.lines);
  await plan.classify(tx);
  const counts = await countClassified(tx);
  const faults = counts.faults > 0 ? await listFound(tx, 'faults', mostListed) : [];
  const warnings = counts.warnings > 0 ? await listFound(tx, 'warnings', mostListed) : [];
  if (counts.created + counts.updated > 0) await plan.merge(tx, note, counts);
  return { counts, faults: faults.map(describe), warnings: warnings.map(describe) };
}

function describe({ row, field, ...finding }: StagedFault): RowFault {
  const { pointer, code, detail } = violationOfFinding(pointerTo([field]), finding);
  return { row, pointer, column: field, code, detail, value: finding.value, criterionNo: null, allowed: null };
}
