import type { Instrument } from '../../domain/instrument.js';
import { type CellKind, numberOf } from '../../platform/bulk/cells.js';
import type { RowForm } from '../../platform/bulk/row.js';
import { csvNames } from '../../platform/csv.js';
import { givenOf } from '../../platform/record/fields.js';
import { assessmentFields, Result } from './assessments.record.js';
import { restoredSheetRow, sheetRow } from './bulk.contract.js';

/** The columns of the last return in CSV. */
const returnColumns: Readonly<Record<string, CellKind>> = {
  lastReturnReason: 'text',
  lastReturnAt: 'code',
  lastReturnByKind: 'code',
  lastReturnById: 'code',
  lastReturnByName: 'text',
};

/**
 * What a file of score sheets of an instrument looks like. In CSV a criterion has two columns, `c2` its level and `r2`
 * its reason; a criterion with neither has no score yet, and one with a reason alone has no level yet.
 */
export function describeSheetRows({ criteria }: Instrument, restore: boolean): RowForm {
  const shape = restore ? restoredSheetRow : sheetRow;
  const numbers = criteria.map(({ criterionNo }) => criterionNo);
  return {
    shape,
    // Result and last return are objects in NDJSON; of a CSV file each of their parts is a column.
    given: [
      ...givenOf(assessmentFields, shape),
      ...Object.keys(Result.shape),
      ...(restore ? [] : csvNames(assessmentFields.lastReturn.csv)),
    ],
    numbersWithin: { scores: ['criterionNo', 'level'] },
    digits: restore ? ['areaCode'] : [],
    csv: {
      columns: {
        ...Object.fromEntries(
          numbers.flatMap((no) => [
            [`c${no}`, 'code'],
            [`r${no}`, 'text'],
          ]),
        ),
        ...(restore ? returnColumns : {}),
      },
      instead: ['scores', 'lastReturn'],
      gather: (cells) => ({ ...gather(cells, numbers), ...(restore ? { lastReturn: gatherReturn(cells) } : {}) }),
      columnOf,
    },
  };
}

function gather(cells: Record<string, unknown>, numbers: readonly number[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) {
    if (!/^[cr]\d+$/.test(column) && !(column in returnColumns)) record[column] = cell;
  }
  record.scores = numbers.flatMap((criterionNo) => {
    const level = cells[`c${criterionNo}`];
    const reason = cells[`r${criterionNo}`];
    if (level === undefined && reason === undefined) return [];
    return [
      {
        criterionNo,
        level: typeof level === 'string' ? (numberOf(level) ?? level) : (level ?? null),
        ...(reason === undefined ? {} : { reason }),
      },
    ];
  });
  return record;
}

/** A sheet that was never returned has none of these cells. */
function gatherReturn(cells: Record<string, unknown>): Record<string, unknown> | null {
  if (!Object.keys(returnColumns).some((column) => cells[column] !== undefined)) return null;
  const { lastReturnReason: reason, lastReturnAt: at, lastReturnByKind, lastReturnById, lastReturnByName } = cells;
  return { reason, at, by: { kind: lastReturnByKind, id: lastReturnById, name: lastReturnByName } };
}

/** `/lastReturn/by/kind` is in the column of all these words, and the whole in that of its reason. */
function returnColumn(path: readonly PropertyKey[]): string {
  const words = path.slice(1).map((part) => `${String(part).charAt(0).toUpperCase()}${String(part).slice(1)}`);
  const column = `lastReturn${words.join('')}`;
  return column in returnColumns ? column : 'lastReturnReason';
}

/** `/scores/0/level` is in the column of the criterion that comes first; a criterion that is missing in `c` and its number. */
function columnOf(
  path: readonly PropertyKey[],
  record: Record<string, unknown>,
  criterionNo: number | null,
): string | null {
  const [field, place, part] = path;
  if (field === undefined) return null;
  if (field === 'lastReturn') return returnColumn(path);
  if (field !== 'scores') return String(field);
  const scores = record.scores as { criterionNo: number }[];
  return `${part === 'reason' ? 'r' : 'c'}${criterionNo ?? scores[Number(place)]?.criterionNo ?? ''}`;
}
