import { readFileSync } from 'node:fs';

const packageJson = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));

/** The version of the contract and of the service, `major.minor.patch`; the path of each resource has the major one. */
export const apiVersion: string = packageJson.version;
