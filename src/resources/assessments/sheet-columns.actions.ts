import type { Instrument } from '../../domain/instrument.js';
import { type CellKind, numberOf } from '../../platform/bulk/cells.js';
import type { RowForm } from '../../platform/bulk/row.js';
import { givenOf } from '../../platform/record/fields.js';
import { assessmentFields, Result } from './assessments.record.js';
import { restoredSheetRow, sheetRow } from './bulk.contract.js';

/** The columns in CSV of what only a restore takes: the last return and the confirmation. */
const signedColumns: Readonly<Record<string, CellKind>> = {
  lastReturnReason: 'text',
  ...columnsOfAct('lastReturn'),
  ...columnsOfAct('confirmation'),
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
    // Result, last return and confirmation are objects in NDJSON; of a CSV file each of their parts is a column.
    given: [
      ...givenOf(assessmentFields, shape),
      ...Object.keys(Result.shape),
      ...(restore ? [] : Object.keys(signedColumns)),
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
        ...(restore ? signedColumns : {}),
      },
      instead: ['scores', 'lastReturn', 'confirmation'],
      gather: (cells) => ({ ...gather(cells, numbers), ...(restore ? gatherSigned(cells) : {}) }),
      columnOf,
    },
  };
}

function gather(cells: Record<string, unknown>, numbers: readonly number[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) {
    if (!/^[cr]\d+$/.test(column) && !(column in signedColumns)) record[column] = cell;
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

function columnsOfAct(name: string): Record<string, CellKind> {
  return { [`${name}At`]: 'code', [`${name}ByKind`]: 'code', [`${name}ById`]: 'code', [`${name}ByName`]: 'text' };
}

function gatherSigned(cells: Record<string, unknown>): Record<string, unknown> {
  return { lastReturn: gatherAct(cells, 'lastReturn'), confirmation: gatherAct(cells, 'confirmation') };
}

/** A sheet that was never returned has none of the cells of a return, and so it is with a confirmation. */
function gatherAct(cells: Record<string, unknown>, name: string): Record<string, unknown> | null {
  const columns = Object.keys(signedColumns).filter((column) => column.startsWith(name));
  if (!columns.some((column) => cells[column] !== undefined)) return null;
  const [reason, at] = [cells[`${name}Reason`], cells[`${name}At`]];
  const by = { kind: cells[`${name}ByKind`], id: cells[`${name}ById`], name: cells[`${name}ByName`] };
  return { ...(`${name}Reason` in signedColumns && { reason }), at, by };
}

/** `/lastReturn/by/kind` is in the column of all these words, and the whole in the first of its columns. */
function signedColumn(path: readonly PropertyKey[]): string {
  const [name, ...parts] = path.map(String);
  const words = parts.map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`);
  const column = `${name}${words.join('')}`;
  if (column in signedColumns) return column;
  return Object.keys(signedColumns).find((one) => one.startsWith(String(name))) ?? column;
}

/** `/scores/0/level` is in the column of the criterion that comes first; a criterion that is missing in `c` and its number. */
function columnOf(
  path: readonly PropertyKey[],
  record: Record<string, unknown>,
  criterionNo: number | null,
): string | null {
  const [field, place, part] = path;
  if (field === undefined) return null;
  if (field === 'lastReturn' || field === 'confirmation') return signedColumn(path);
  if (field !== 'scores') return String(field);
  const scores = record.scores as { criterionNo: number }[];
  return `${part === 'reason' ? 'r' : 'c'}${criterionNo ?? scores[Number(place)]?.criterionNo ?? ''}`;
}
