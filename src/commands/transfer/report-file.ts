import { open } from 'node:fs/promises';
import { byteOrderMark, csvHeader } from '../../platform/csv.js';
import { OwnFault } from './fault.js';
import { type RowError, reportColumns, reportCsv } from './summary.js';
import { openTarget } from './target.js';

/** Keeps the errors of an import for whoever corrects the file. */
export type KeepReport = (errors: readonly RowError[]) => Promise<void>;

/**
 * A place for the report, looked at before anything is sent. An older report is replaced; whatever else is there, such as
 * the file that is imported, is not.
 * @throws OwnFault
 */
export async function openReport(path: string): Promise<KeepReport> {
  if (!(await isFreeForReport(path))) throw new OwnFault(`${path} is there already and is no report of an import.`);
  const target = await openTarget(path);
  return async (errors) => {
    const writing = await target.begin('import-errors.csv');
    await writing.write(Buffer.from(reportCsv(errors)));
    await writing.finish();
  };
}

const head = Buffer.from(byteOrderMark + csvHeader(reportColumns));

async function isFreeForReport(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return true;
  try {
    if (!(await file.stat()).isFile()) return true;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(head.length), 0, head.length, 0);
    return bytesRead === 0 || buffer.equals(head);
  } finally {
    await file.close();
  }
}
