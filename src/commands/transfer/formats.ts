import { extname } from 'node:path';

export type Format = 'ndjson' | 'csv';

export const formats = ['ndjson', 'csv'] as const satisfies readonly Format[];

/** How each format is named in HTTP. */
export const mediaTypes: Readonly<Record<Format, string>> = { ndjson: 'application/x-ndjson', csv: 'text/csv' };

const formatOfEnding: Readonly<Record<string, Format>> = { '.ndjson': 'ndjson', '.jsonl': 'ndjson', '.csv': 'csv' };

/** The format that the ending of a file says, or null. */
export function formatOf(path: string): Format | null {
  return formatOfEnding[extname(path).toLowerCase()] ?? null;
}
