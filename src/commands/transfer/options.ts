/** What both commands are told in the same way: where the service is, the key, paths and attempts. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { OwnFault } from './fault.js';
import { isLocal, type Service } from './service.js';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

export const commonOptions = {
  url: { type: 'string', default: 'http://127.0.0.1:8080' },
  'key-file': text,
  format: text,
  language: { type: 'string', default: 'en' },
  attempts: { type: 'string', default: '6' },
  quiet: flag,
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

export const commonHelp = `  --url URL        where the service is (default ${commonOptions.url.default})
  --key-file FILE  a file with the API key; without it PROT_API_KEY in the environment, then ./data/admin-api-key
  --attempts N     how often to try when the connection breaks or the service cannot answer (default ${commonOptions.attempts.default})
  --language th    the service's own words in Thai
  --quiet          no progress; faults and the result are still said
  --help           this text
`;

interface CommonValues {
  url: string;
  'key-file'?: string | undefined;
  language: string;
  attempts: string;
}

/** The service that the arguments name, with the key to call it. @throws OwnFault */
export async function serviceOf(values: CommonValues, signal: AbortSignal): Promise<Service> {
  const { language } = values;
  if (!['en', 'th'].includes(language)) throw new OwnFault('--language is en or th.');
  return { url: addressOf(values.url), key: await keyOf(values['key-file']), language, signal };
}

/** A warning where the key would travel for all to read, else null. */
export function warningFor({ url }: Service): string | null {
  if (url.startsWith('https:') || isLocal(url)) return null;
  return `Warning: ${url} is not https, so the API key and the rows can be read on the way.`;
}

/** @throws OwnFault for anything but a whole number from 1 to 100 */
export function attemptsOf({ attempts }: CommonValues): number {
  if (!/^([1-9]\d?|100)$/.test(attempts)) throw new OwnFault('--attempts is a whole number from 1 to 100.');
  return Number(attempts);
}

/** A path as whoever typed it meant it: `npm run` changes to the folder of the project before it starts a command. */
export function pathOf(given: string): string {
  return resolve(process.env.npm_lifecycle_event === undefined ? '' : (process.env.INIT_CWD ?? ''), given);
}

function addressOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new OwnFault(`--url is an address such as ${commonOptions.url.default}, not ${JSON.stringify(given)}.`);
  }
  // Arguments can be read by everyone on the machine, so nothing secret may stand in them.
  if (url.username !== '' || url.password !== '') throw new OwnFault('--url must not hold a name or a password.');
  return url.href.replace(/\/+$/, '');
}

async function keyOf(file: string | undefined): Promise<string> {
  const { PROT_API_KEY } = process.env;
  if (file === undefined && PROT_API_KEY) return checkedKey(PROT_API_KEY, 'PROT_API_KEY');
  const path = file === undefined ? resolve('data', 'admin-api-key') : pathOf(file);
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new OwnFault(`There is no API key: set PROT_API_KEY or say --key-file. (${path}: ${error.code})`);
  });
  return checkedKey(content, path);
}

function checkedKey(content: string, where: string): string {
  const key = content.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) throw new OwnFault(`${where} does not hold an API key.`);
  return key;
}
