/** `npm run import`: sends a file of rows to the service and shows what became of them. */
import { randomUUID } from 'node:crypto';
import { Option } from '@commander-js/extra-typings';
import { command, run } from './run.js';
import { withAttempts } from './transfer/attempts.js';
import { Broken, exitCodesHelp, OwnFault, Refused } from './transfer/fault.js';
import { type Format, formatOf, formats, mediaTypes } from './transfer/formats.js';
import { importedHelp, importPath } from './transfer/lists.js';
import { Meter } from './transfer/meter.js';
import { pathOf, serviceOf, warningFor, withCommonOptions } from './transfer/options.js';
import { Progress } from './transfer/progress.js';
import { problemOf, refusedFor } from './transfer/refusal.js';
import { openReport } from './transfer/report-file.js';
import { untilStopped } from './transfer/run.js';
import { call, type Service, textOf } from './transfer/service.js';
import { openSource, type Source } from './transfer/source.js';
import { errorLines, outcomeText, type Report, warningLines } from './transfer/summary.js';

const shownErrors = 20;

const program = command(
  'npm run import --',
  'Sends a file of rows to the service, which takes all of them or none, and shows every error by row and column.',
)
  .argument('<file>', 'NDJSON (.ndjson, .jsonl) or CSV (.csv), as export writes it; - is standard input')
  .option('--to <list>', `what the rows are: ${importedHelp}`)
  .option('--dry-run', 'do everything but keep it, and say what would happen')
  .addOption(
    new Option('--on-error <way>', 'skip takes the rows without errors and leaves the others out; abort takes none')
      .choices(['abort', 'skip'] as const)
      .default('abort' as const),
  )
  .addOption(
    new Option('--calendar <era>', 'be: years of days are of the Buddhist era, 2555-04-12')
      .choices(['ce', 'be'] as const)
      .default('ce' as const),
  )
  .addOption(new Option('--format <format>', "where the file's ending does not say").choices(formats))
  .option(
    '--report <file>',
    'write the errors (the first 1,000) to a CSV file, which a spreadsheet opens; an older report is replaced',
  );

const importing = withCommonOptions(program).addHelpText(
  'after',
  `
When the connection breaks, or the service answers 408, 502, 503 or 504, the whole file is sent again: the same rows
twice change nothing. Standard input can be read only once and is not sent again. Ctrl+C before all is sent leaves
nothing behind; after that the service may still take the file, and importing it again shows whether it did.

${exitCodesHelp}`,
);

interface Wanted {
  list: string;
  format: Format;
  dryRun: boolean;
  query: URLSearchParams;
  /** One for all attempts: a file that was taken over, and whose answer was lost, is answered again. */
  key: string;
}

importing.action((given, { to, dryRun = false, onError, calendar, format = formatOf(given), ...options }) =>
  untilStopped(async (signal) => {
    if (to === undefined) throw new OwnFault(`Say with --to what the rows are: ${importedHelp}.`);
    importPath(to);
    if (format === null) throw new OwnFault(`Say with --format whether ${given} is ndjson or csv.`);
    const query = new URLSearchParams({ dryRun: String(dryRun), onError, calendar });
    const wanted = { list: to, format, dryRun, query, key: randomUUID() };
    const service = await serviceOf(options, signal);
    const source = await openSource(given === '-' ? given : pathOf(given));
    const keepReport = options.report === undefined ? null : await openReport(pathOf(options.report));
    const progress = new Progress(process.stderr, options.quiet === true);
    const warning = warningFor(service);
    if (warning !== null) progress.say(warning);

    let tries = 0;
    const attempts = {
      most: options.attempts,
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
    if (report.rejected > 0) process.exitCode = 1;
  }),
);

await run(importing, 2);

/** What the service made of the file, and whether the rows without errors are in the database now. */
interface Outcome {
  report: Report;
  taken: boolean;
}

async function sendOnce(service: Service, wanted: Wanted, source: Source, progress: Progress): Promise<Outcome> {
  const expected = { rows: null, bytes: source.size };
  const meter = new Meter(wanted.format, expected, 'sent; the service is checking and merging');
  progress.show(() => meter.status());
  const headers = {
    accept: 'application/json',
    'content-type': mediaTypes[wanted.format],
    'idempotency-key': `"${wanted.key}"`,
    ...(source.size === null ? {} : { 'content-length': String(source.size) }),
  };
  const request = { method: 'POST', path: importPath(wanted.list), query: wanted.query, headers } as const;
  try {
    const answer = await call(service, request, () => meter.pass(source.read()));
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
    lines.push(`It took ${tries} attempts; the file was taken over once.`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
