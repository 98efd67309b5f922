/** What every import of a file shares: what is asked for in the address, and the report. */
import { z } from 'zod';
import { csvHeader, csvWriter } from '../../platform/csv.js';
import { component, violationCode } from '../../platform/http/components.js';
import type { Bulk } from '../../platform/http/operation.js';
import { flag } from '../../platform/http/page.js';
import { count, criterionNo, instant, version } from '../shapes.contract.js';

export const bulkQuery = {
  dryRun: flag
    .default(false)
    .meta({ description: 'Only of files: `true` does everything but keep it, and answers the same' }),
  onError: component('OnError', z.enum(['abort', 'skip']))
    .default('abort')
    .meta({ description: 'Only of files: `abort` takes all rows or none, `skip` takes those without an error' }),
  calendar: component('Calendar', z.enum(['ce', 'be']))
    .default('ce')
    .meta({ description: 'Only of files: `be` when the years of days are of the Buddhist era, 2555-04-12' }),
  restore: flag.default(false).meta({
    description:
      'Only of files, and only for callers with the permission `records:restore` too: `true` takes over what a list of another database gave. A row that is new here keeps the version and the instants that the file says; a row that is here already is treated as without it',
  }),
};

/** The history that a row of a restored file must bring. */
export const history = {
  version: version.max(1_000_000_000),
  createdAt: instant,
  updatedAt: instant,
};

/** When a score sheet was submitted, likewise. */
export const submittedAt = instant.nullable();

const RowError = component(
  'RowError',
  z.strictObject({
    row: z.int().min(1).meta({ description: 'Row of the file, the first is 1; the header of a CSV is row 1' }),
    pointer: z.string().meta({
      description: 'JSON Pointer into the row: the object of a line, the cells of CSV by column; empty for all of it',
    }),
    column: z.string().nullable().meta({ description: 'The column or field' }),
    code: violationCode,
    detail: z.string(),
    value: z.string().nullable().meta({ description: 'What is there, as text' }),
    criterionNo: criterionNo.nullable().meta({ description: 'The criterion that it is about, of score sheets' }),
    allowed: z
      .array(z.string())
      .nullable()
      .meta({ description: 'What could be there, where it can be listed or guessed' }),
  }),
);

const ImportReport = component(
  'ImportReport',
  z.strictObject({
    dryRun: z.boolean(),
    rows: count.meta({ description: 'Rows read; the sum of the four below' }),
    created: count,
    updated: count,
    unchanged: count.meta({ description: 'Rows that say what is there already' }),
    rejected: count.meta({ description: 'Rows with an error' }),
    errors: z.array(RowError).meta({ description: 'The first 1,000 in the order of the file' }),
    errorsTruncated: count.meta({ description: 'How many more errors there are than are listed' }),
    warnings: z.array(RowError).meta({
      description: 'What is taken and yet looks like a mistake, the first 1,000; a refused file names them too',
    }),
    warningsTruncated: count.meta({ description: 'How many more warnings there are than are listed' }),
  }),
);

const reportExample = {
  dryRun: true,
  rows: 1061,
  created: 1058,
  updated: 1,
  unchanged: 1,
  rejected: 1,
  errors: [
    {
      row: 17,
      pointer: '/areaCode',
      column: 'areaCode',
      code: 'invalid-format',
      detail: 'The code of an area has 2, 4, 6 or 8 digits, such as 4010. Did you mean "4012"?',
      value: 'อำเภอพล',
      criterionNo: null,
      allowed: ['4012'],
    },
  ],
  errorsTruncated: 0,
  warnings: [
    {
      row: 4,
      pointer: '/registrationNo',
      column: 'registrationNo',
      code: 'number-differs-by-zeros',
      detail: 'Differs from KK-4010-1 only by zeros.',
      value: 'KK-4010-0001',
      criterionNo: null,
      allowed: null,
    },
  ],
  warningsTruncated: 0,
};

/**
 * What an import answers, with the rows of a collection in words and as files.
 * @param cells the example as a row of CSV, where its columns are not simply the fields
 */
export function bulk(rows: string, example: Record<string, unknown>, cells = example): Bulk {
  const columns = Object.keys(cells);
  return {
    description: 'What was done, or would be, and every error',
    report: ImportReport,
    reportExample,
    rows,
    examples: { ndjson: `${JSON.stringify(example)}\n`, csv: csvHeader(columns) + csvWriter(columns)(cells) },
  };
}

/** How an import that takes only files answers. */
export const importAnswer = {
  status: 200 as const,
  description: 'What was done, or would be, and every error',
  body: ImportReport,
  example: reportExample,
};
