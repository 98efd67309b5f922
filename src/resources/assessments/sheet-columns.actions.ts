import type { Instrument } from '../../domain/instrument.js';
import { numberOf } from '../../platform/bulk/cells.js';
import type { RowForm } from '../../platform/bulk/row.js';
import { givenOf } from '../../platform/record/fields.js';
import { assessmentFields, Result } from './assessments.record.js';
import { restoredSheetRow, sheetRow } from './bulk.contract.js';

/**
 * What a file of score sheets of an instrument looks like. In CSV a criterion has two columns, `c2` its level and `r2`
 * its reason; a criterion with neither has no score yet, and one with a reason alone has no level yet.
 */
export function describeSheetRows({ criteria }: Instrument, restore: boolean): RowForm {
  const shape = restore ? restoredSheetRow : sheetRow;
  const numbers = criteria.map(({ criterionNo }) => criterionNo);
  return {
    shape,
    // The result is one object in NDJSON; of a CSV file each of its parts is a column.
    given: [...givenOf(assessmentFields, shape), ...Object.keys(Result.shape)],
    numbersWithin: { scores: ['criterionNo', 'level'] },
    digits: restore ? ['areaCode'] : [],
    csv: {
      columns: Object.fromEntries(
        numbers.flatMap((no) => [
          [`c${no}`, 'code'],
          [`r${no}`, 'text'],
        ]),
      ),
      instead: ['scores'],
      gather: (cells) => gather(cells, numbers),
      columnOf,
    },
  };
}

function gather(cells: Record<string, unknown>, numbers: readonly number[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) if (!/^[cr]\d+$/.test(column)) record[column] = cell;
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

/** `/scores/0/level` is in the column of the criterion that comes first; a criterion that is missing in `c` and its number. */
function columnOf(
  path: readonly PropertyKey[],
  record: Record<string, unknown>,
  criterionNo: number | null,
): string | null {
  const [field, place, part] = path;
  if (field === undefined) return null;
  if (field !== 'scores') return String(field);
  const scores = record.scores as { criterionNo: number }[];
  return `${part === 'reason' ? 'r' : 'c'}${criterionNo ?? scores[Number(place)]?.criterionNo ?? ''}`;
}
