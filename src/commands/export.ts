/** `npm run export`: writes a whole list of the service to a file, from one moment. */
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { command, run } from './run.js';
import { withAttempts } from './transfer/attempts.js';
import { Broken, exitCodesHelp, OwnFault, Refused } from './transfer/fault.js';
import { type Format, formatOf, formats, mediaTypes } from './transfer/formats.js';
import { exportedHelp, exportPath, pagesPath } from './transfer/lists.js';
import { Meter } from './transfer/meter.js';
import { pathOf, serviceOf, warningFor, withCommonOptions } from './transfer/options.js';
import { Progress } from './transfer/progress.js';
import { problemOf, refusedFor } from './transfer/refusal.js';
import { untilStopped } from './transfer/run.js';
import { call, codeOf, isLocal, type Service, textOf } from './transfer/service.js';
import { openTarget, type Target } from './transfer/target.js';

type Filter = [name: string, value: string];

const program = command(
  'npm run export --',
  "Writes a whole list to a file: all that the filters and the key's area allow, as it was at one moment.",
)
  .argument('<list>', exportedHelp)
  .argument('[filters...]', 'as --query', withFilter)
  .option(
    '--query <name=value>',
    'a filter or the order, as in the address; once for each: --query area=40 --query status=active',
    withFilter,
  )
  .option(
    '--out <file>',
    'the file, or a folder for it; - is standard output, for which npm itself must be silent: ' +
      'npm run -s export -- groups --out - | ...',
    '.',
  )
  .addOption(new Option('--format <format>', "where the file's ending does not say; else ndjson").choices(formats))
  .option('--bom', 'begin CSV with a byte order mark, which Excel needs to read Thai');

const exporting = withCommonOptions(program).addHelpText(
  'after',
  `
A file that you name is replaced. In a folder the file is called as the service says, by list, round and moment; where
that name is taken it gets a number.

The rows go to FILE.part, which becomes FILE only when all of them have come: what broke off never looks like a whole
file. When the connection breaks, or the service answers 502, 503 or 504, the export starts again from the beginning. It
is not continued, because the rest would be of another moment and the file of none.

${exitCodesHelp}`,
);

interface Wanted {
  list: string;
  query: URLSearchParams;
  format: Format;
  bom: boolean;
}

exporting.action((list, filters, { query = [], out, format = formatOf(out) ?? 'ndjson', bom = false, ...options }) =>
  untilStopped(async (signal) => {
    exportPath(list);
    if (bom && format !== 'csv') throw new OwnFault('--bom is for CSV only.');
    if (out === '-') requireSilentNpm();
    const wanted = { list, query: new URLSearchParams([...query, ...filters]), format, bom };
    const service = await serviceOf(options, signal);
    const target = await openTarget(out === '-' ? out : pathOf(out));
    const progress = new Progress(process.stderr, options.quiet === true);
    const warning = warningFor(service);
    if (warning !== null) progress.say(warning);

    const total = options.quiet ? null : await totalOf(service, wanted);
    const attempts = { most: options.attempts, what: 'starting the export', say: progress.say.bind(progress), signal };
    const result = await withAttempts(attempts, () => receiveOnce(service, wanted, target, { total, progress }));
    if (!options.quiet) progress.say(result);
  }),
);

await run(exporting, 2);

function withFilter(text: string, others: Filter[] = []): Filter[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A filter is NAME=VALUE.');
  return [...others, [text.slice(0, at), text.slice(at + 1)]];
}

/** npm prints two lines of its own to standard output before a command, which would stand before the rows. */
function requireSilentNpm(): void {
  const { npm_lifecycle_event: script, npm_config_loglevel: level } = process.env;
  if (script !== 'export' || level === 'silent') return;
  throw new OwnFault('npm prints lines of its own to standard output: say `npm run -s export -- ...` with --out -');
}

/** How many rows there are now, for the bar alone; null when that is not to be had. */
async function totalOf(service: Service, { list, query }: Wanted): Promise<number | null> {
  const counted = new URLSearchParams(query);
  counted.set('limit', '1');
  const headers = { accept: 'application/json', prefer: 'count=exact' };
  try {
    const answer = await call(service, { method: 'GET', path: pagesPath(list), query: counted, headers });
    const { total } = JSON.parse(await textOf(answer));
    return Number.isInteger(total) ? total : null;
  } catch {
    return null;
  }
}

interface Shown {
  total: number | null;
  progress: Progress;
}

/** Receives the list once and gives what to say about it. */
async function receiveOnce(service: Service, wanted: Wanted, target: Target, shown: Shown): Promise<string> {
  const expected = { rows: shown.total, bytes: null };
  const meter = new Meter(wanted.format, expected, 'received; the file is put in its place');
  shown.progress.show(() => meter.status());
  try {
    const answer = await begin(service, wanted);
    const writing = await target.begin(fileNameOf(answer, wanted));
    try {
      for await (const chunk of meter.pass(wholeOf(answer))) await writing.write(chunk);
      const place = await writing.finish();
      const moment = answer.headers['x-snapshot-at'];
      const said = `${place === null ? '' : `${place}: `}${meter.text}${moment ? `, as of ${moment}` : ''}`;
      return answer.headers['drafts-withheld'] ? `${said}, without drafts, which the key may not read` : said;
    } catch (error) {
      answer.destroy();
      await writing.drop();
      throw error instanceof Broken ? writing.afterBreak(error) : error;
    }
  } finally {
    shown.progress.clear();
  }
}

async function begin(service: Service, { list, query, format, bom }: Wanted): Promise<IncomingMessage> {
  const asked = new URLSearchParams(query);
  if (bom) asked.set('bom', 'true');
  const headers = {
    accept: mediaTypes[format],
    'accept-encoding': isLocal(service.url) ? 'identity' : 'gzip',
  };
  const answer = await call(service, { method: 'GET', path: exportPath(list), query: asked, headers });
  if (answer.statusCode !== 200) throw refusedFor(await problemOf(answer), 20);
  const fault = faultOf(answer, format);
  if (fault === null) return answer;
  answer.destroy();
  throw new Refused(fault);
}

function faultOf({ headers }: IncomingMessage, format: Format): string | null {
  const { 'content-type': type = 'nothing' } = headers;
  if (!type.startsWith(mediaTypes[format])) {
    return `What answered there is not this service: it sent ${type}. Is --url right?`;
  }
  if (headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined) return null;
  return (
    'The answer does not say where it ends, so one that broke off would look whole. Something between here and the ' +
    'service speaks HTTP/1.0; let it speak HTTP/1.1.'
  );
}

/** The bytes of an answer, unpacked. @throws Broken when it ends before its end */
async function* wholeOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  const packed = answer.headers['content-encoding'] === 'gzip';
  const bytes: Readable = packed ? pipeline(answer, createGunzip(), () => {}) : answer;
  try {
    yield* bytes;
  } catch (error) {
    throw new Broken(`The export broke off (${codeOf(error)}).`, { reached: true });
  }
  if (!answer.complete) throw new Broken('The export broke off.', { reached: true });
}

function fileNameOf(answer: IncomingMessage, { list, format }: Wanted): string {
  const [, named] = /filename="([\w.-]+)"/.exec(answer.headers['content-disposition'] ?? '') ?? [];
  return named ?? `${list.replaceAll('/', '-')}.${format}`;
}
