import { extname } from 'node:path';
import { OwnFault } from './fault.js';

export type Format = 'ndjson' | 'csv';

/** How each format is named in HTTP. */
export const mediaTypes: Readonly<Record<Format, string>> = { ndjson: 'application/x-ndjson', csv: 'text/csv' };

const formatOfEnding: Readonly<Record<string, Format>> = { '.ndjson': 'ndjson', '.jsonl': 'ndjson', '.csv': 'csv' };

/** The format that was asked for, else the one that the file's ending says, else null. @throws OwnFault */
export function formatOf(asked: string | undefined, path: string | undefined): Format | null {
  if (asked === 'ndjson' || asked === 'csv') return asked;
  if (asked !== undefined) throw new OwnFault(`--format is ndjson or csv, not ${JSON.stringify(asked)}.`);
  return formatOfEnding[extname(path ?? '').toLowerCase()] ?? null;
}
