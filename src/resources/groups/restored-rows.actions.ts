import type { RowForm } from '../../platform/bulk/row.js';
import { givenOf } from '../../platform/record/fields.js';
import { restoredGroup } from './bulk.contract.js';
import { groupFields } from './groups.record.js';

/** The columns of the latest figures in CSV, and what each is in `figures`. */
const figuresFields: Readonly<Record<string, string>> = {
  figuresAsOf: 'asOf',
  memberCount: 'memberCount',
  savingsBaht: 'savingsBaht',
  developmentLevel: 'developmentLevel',
  figuresSource: 'source',
};
const columns = {
  figuresAsOf: 'code',
  memberCount: 'number',
  savingsBaht: 'number',
  developmentLevel: 'number',
  figuresSource: 'text',
} as const;

/** What a file of groups looks like that is restored: all that the list of groups gives. */
export const restoredGroupRows: RowForm = {
  shape: restoredGroup,
  given: givenOf(groupFields, restoredGroup),
  digits: ['areaCode'],
  csv: { columns, instead: ['figures'], gather, columnOf },
};

/** A group without figures has none of their cells. */
function gather(cells: Record<string, unknown>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  const figures: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) {
    const field = figuresFields[column];
    if (field === undefined) record[column] = cell;
    else figures[field] = cell;
  }
  return { ...record, figures: Object.keys(figures).length === 0 ? null : figures };
}

function columnOf([field, part]: readonly PropertyKey[]): string | null {
  if (field === undefined) return null;
  if (field !== 'figures') return String(field);
  const [column = 'figuresAsOf'] = Object.keys(figuresFields).filter((name) => figuresFields[name] === part);
  return column;
}
