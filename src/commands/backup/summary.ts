/** What backup and restore say of what they moved, and of what they did not. */
import type { Backup } from './manifest.js';

/** The rows of each table, those of its past in brackets. */
export function countsOf({ files, chunks }: Backup): string {
  const rows = new Map<string, number>();
  for (const file of [...files, ...chunks]) rows.set(file.table, (rows.get(file.table) ?? 0) + file.rows);
  const present = [...rows].filter(([table]) => !table.endsWith('_past'));
  return present
    .map(([table, count]) => {
      const past = rows.get(`${table}_past`) ?? 0;
      return `${table} ${count}${past === 0 ? '' : ` (and ${past} of the past)`}`;
    })
    .join(', ');
}

/** What is not in it, a line for each. */
export function leftText({ left }: Backup): string {
  return `Not in it:\n${left.map((line) => `  ${line}\n`).join('')}`;
}
