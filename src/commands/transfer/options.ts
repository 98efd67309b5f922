/** What both commands are told in the same way: where the service is, the key, paths and attempts. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { wholeNumber } from '../run.js';
import { OwnFault } from './fault.js';
import { isLocal, type Service } from './service.js';

const defaultUrl = 'http://127.0.0.1:8080';

/** Declares the options that both commands have. */
export function withCommonOptions<Args extends unknown[], Opts extends OptionValues>(program: Command<Args, Opts>) {
  return program
    .option('--url <address>', 'where the service is', defaultUrl)
    .option(
      '--key-file <file>',
      'a file with the API key; without it PROT_API_KEY in the environment, then ./data/admin-api-key',
    )
    .option(
      '--attempts <number>',
      'how often to try when the connection breaks or the service cannot answer',
      wholeNumber(100),
      6,
    )
    .addOption(
      new Option('--language <code>', "the language of the service's own words")
        .choices(['en', 'th'] as const)
        .default('en' as const),
    )
    .option('--quiet', 'no progress; faults and the result are still said');
}

interface CommonValues {
  url: string;
  keyFile?: string | undefined;
  language: string;
}

/** The service that the options name, with the key to call it. @throws OwnFault */
export async function serviceOf({ url, keyFile, language }: CommonValues, signal: AbortSignal): Promise<Service> {
  return { url: addressOf(url), key: await keyOf(keyFile), language, signal };
}

/** A warning where the key would travel for all to read, else null. */
export function warningFor({ url }: Service): string | null {
  if (url.startsWith('https:') || isLocal(url)) return null;
  return `Warning: ${url} is not https, so the API key and the rows can be read on the way.`;
}

/** A path as whoever typed it meant it: `npm run` changes to the folder of the project before it starts a command. */
export function pathOf(given: string): string {
  return resolve(process.env.npm_lifecycle_event === undefined ? '' : (process.env.INIT_CWD ?? ''), given);
}

function addressOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new OwnFault(`--url is an address such as ${defaultUrl}, not ${JSON.stringify(given)}.`);
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
