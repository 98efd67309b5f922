import type { Answer, Client } from './client.js';

/** Files of rows as a client would send them. */

export const types = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' };

export function ndjson(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A CSV file of flat records; columns in the order of the first. */
export function csv(rows: readonly Record<string, unknown>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => cell(row[column])));
  return [columns, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

/** The columns c1.. and r1.. of a level code such as '312'; 0 leaves the criterion out. */
export function scoreColumns(levels: string): Record<string, string> {
  const pairs = Array.from(levels).flatMap((level, index) => {
    const given = level !== '0';
    return [
      [`c${index + 1}`, given ? level : ''],
      [`r${index + 1}`, given ? `เหตุผลข้อ ${index + 1}` : ''],
    ];
  });
  return Object.fromEntries(pairs);
}

export function upload(
  client: Client,
  path: string,
  payload: string | Buffer,
  type: keyof typeof types = 'ndjson',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return client.send({ method: 'POST', path, payload, headers: { 'content-type': types[type], ...headers } });
}

/** The counts of a report. */
export function countsOf({ body }: Answer) {
  const { rows, created, updated, unchanged, rejected } = body;
  return { rows, created, updated, unchanged, rejected };
}

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
