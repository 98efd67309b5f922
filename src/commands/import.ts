/** `npm run import`: sends a file of rows to the service and shows what became of them. */
import { parseArgs } from 'node:util';
import { withAttempts } from './transfer/attempts.js';
import { Broken, exitCodesHelp, OwnFault, Refused } from './transfer/fault.js';
import { type Format, formatOf, mediaTypes } from './transfer/formats.js';
import { importedHelp, importPath } from './transfer/lists.js';
import { attemptsOf, commonHelp, commonOptions, pathOf, serviceOf, warningFor } from './transfer/options.js';
import { Progress } from './transfer/progress.js';
import { problemOf, refusedFor } from './transfer/refusal.js';
import { openReport } from './transfer/report-file.js';
import { runTransfer } from './transfer/run.js';
import { Sending } from './transfer/sending.js';
import { call, type Service, textOf } from './transfer/service.js';
import { openSource, type Source } from './transfer/source.js';
import { errorLines, outcomeText, type Report, warningLines } from './transfer/summary.js';

const shownErrors = 20;

const help = `npm run import -- FILE --to LIST [options]

Sends a file of rows to the service, which takes all of them or none, and shows every error by row and column.

  FILE             NDJSON (.ndjson, .jsonl) or CSV (.csv), as export writes it; - is standard input
  --to LIST        ${importedHelp}
  --dry-run        do everything but keep it, and say what would happen
  --on-error skip  take the rows without errors and leave the others out; without it one error keeps all out
  --calendar be    years of days are of the Buddhist era: 2555-04-12
  --format csv     ndjson or csv, where the file's ending does not say
  --report F.csv   write the errors (the first 1,000) to a file that a spreadsheet opens; an older report is replaced
${commonHelp}
When the connection breaks, or the service answers 408, 502, 503 or 504, the whole file is sent again: the same rows
twice change nothing. Standard input can be read only once and is not sent again. Ctrl+C before all is sent leaves
nothing behind; after that the service may still take the file, and importing it again shows whether it did.

${exitCodesHelp}`;

interface Wanted {
  list: string;
  format: Format;
  dryRun: boolean;
  query: URLSearchParams;
}

await runTransfer(help, async (signal) => {
  const { file, values, ...wanted } = readArguments();
  const service = await serviceOf(values, signal);
  const source = await openSource(file);
  const keepReport = values.report === undefined ? null : await openReport(pathOf(values.report));
  const progress = new Progress(process.stderr, values.quiet);
  const warning = warningFor(service);
  if (warning !== null) progress.say(warning);

  let tries = 0;
  const attempts = {
    most: attemptsOf(values),
    what: 'sending the whole file',
    say: progress.say.bind(progress),
    signal,
  };
  const { report, taken } = await withAttempts(attempts, (attempt) => {
    tries = attempt;
    return sendOnce(service, wanted, source, progress);
  }).finally(() => source.close());

  show(report, wanted, taken, tries);
  await keepReport?.(report.errors);
  return report.rejected > 0 ? 1 : 0;
});

function readArguments() {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...commonOptions,
      to: text,
      'dry-run': { type: 'boolean', default: false },
      'on-error': { type: 'string', default: 'abort' },
      calendar: { type: 'string', default: 'ce' },
      report: text,
    },
  });
  const [file, ...others] = positionals;
  if (file === undefined) throw new OwnFault('Say which FILE to import; - is standard input.');
  if (others.length > 0) throw new OwnFault(`One file at a time: ${others.join(' ')} is too much.`);
  if (values.to === undefined) throw new OwnFault(`Say with --to what the rows are: ${importedHelp}.`);
  importPath(values.to);
  const format = formatOf(values.format, file);
  if (format === null) throw new OwnFault(`Say with --format whether ${file} is ndjson or csv.`);
  const { calendar, 'on-error': onError, 'dry-run': dryRun } = values;
  if (!['abort', 'skip'].includes(onError)) throw new OwnFault('--on-error is abort or skip.');
  if (!['ce', 'be'].includes(calendar)) throw new OwnFault('--calendar is ce or be.');
  const query = new URLSearchParams({ dryRun: String(dryRun), onError, calendar });
  return { file: file === '-' ? file : pathOf(file), values, list: values.to, format, dryRun, query };
}

/** What the service made of the file, and whether the rows without errors are in the database now. */
interface Outcome {
  report: Report;
  taken: boolean;
}

async function sendOnce(service: Service, wanted: Wanted, source: Source, progress: Progress): Promise<Outcome> {
  const sending = new Sending(wanted.format, source.size);
  progress.show(() => sending.status());
  const headers = {
    accept: 'application/json',
    'content-type': mediaTypes[wanted.format],
    ...(source.size === null ? {} : { 'content-length': String(source.size) }),
  };
  const request = { method: 'POST', path: importPath(wanted.list), query: wanted.query, headers } as const;
  try {
    const answer = await call(service, request, () => sending.pass(source.read()));
    if (answer.statusCode === 200) return { report: reportOf(await textOf(answer)), taken: !wanted.dryRun };
    const problem = await problemOf(answer);
    if (problem.code !== 'import-refused') throw refusedFor(problem, shownErrors);
    return { report: problem as unknown as Report, taken: false };
  } catch (error) {
    throw error instanceof Broken ? source.afterBreak(error) : error;
  } finally {
    progress.clear();
  }
}

function reportOf(text: string): Report {
  const report = parsed(text);
  if (Array.isArray(report?.errors)) return report;
  throw new Refused('What answered there is not this service: it sent no report. Is --url right?');
}

function parsed(text: string): Report | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function show(report: Report, { list }: Wanted, taken: boolean, tries: number): void {
  const lines = [
    outcomeText(report, list, taken),
    ...errorLines(report, shownErrors),
    ...warningLines(report, shownErrors),
  ];
  if (taken && tries > 1) {
    lines.push(`It took ${tries} attempts; what an earlier one wrote already counts as unchanged.`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
