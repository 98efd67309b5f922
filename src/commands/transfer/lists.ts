/** The lists that files come out of and go into, as they are named on the command line: their address below /v1. */
import { OwnFault } from './fault.js';

const exported = [
  'groups',
  'figures',
  'teams',
  'areas',
  'plans',
  'plans/ID/actions',
  'groups/ID/figures',
  'rounds/ID/targets',
  'rounds/ID/assessments',
  'seals',
  'open-data/rounds/ID/results',
];
const imported = ['groups', 'figures', 'rounds/ID/targets', 'rounds/ID/assessments'];

export const exportedHelp = exported.join(', ');
export const importedHelp = imported.join(', ');

/** Where a list that can be exported is read page by page. @throws OwnFault for any other name */
export function pagesPath(name: string): string {
  return pathAmong(exported, name);
}

/** Where it is read whole. @throws OwnFault as `pagesPath` */
export function exportPath(name: string): string {
  return `${pagesPath(name)}/rows`;
}

/** Where a list that can be imported into takes files. @throws OwnFault for any other name */
export function importPath(name: string): string {
  return `${pathAmong(imported, name)}/rows`;
}

function pathAmong(names: readonly string[], name: string): string {
  const parts = name.split('/');
  const fits = names.some((known) => fitsParts(known.split('/'), parts));
  if (!fits) throw new OwnFault(`${JSON.stringify(name)} is none of ${names.join(', ')}.`);
  return `/v1/${parts.map(encodeURIComponent).join('/')}`;
}

function fitsParts(known: readonly string[], given: readonly string[]): boolean {
  if (known.length !== given.length) return false;
  return known.every((part, at) => part === given[at] || (part === 'ID' && isId(given[at])));
}

/** Whether it can stand where an id does; the service says whether it is one. */
function isId(text = ''): boolean {
  return !/^\.*$/.test(text);
}
