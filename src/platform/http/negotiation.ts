import { parse } from 'content-type';
import Negotiator from 'negotiator';
import type { Language } from '../../domain/bilingual.js';
import { problems } from '../../domain/problem.js';

/** Thai or English, whichever the caller prefers; English when it says nothing or wants neither. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const wanted = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? 'en' } }).languages(['en', 'th']);
  return wanted[0] === 'th' ? 'th' : 'en';
}

/** How a list is answered: a page of it, all of it as a stream, or as events that come when they happen. */
export type Representation = 'page' | 'ndjson' | 'csv' | 'events';

/** The media type of each. Parameters are written on the answer and not compared with what is asked for. */
export const mediaTypes: Readonly<Record<Representation, string>> = {
  page: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  events: 'text/event-stream',
};

/**
 * The offered media type that the caller likes best; the first one when it likes several as much. A refusal itself is
 * always a problem document, so a caller that names only that type is still served.
 * @throws problems.notAcceptable (406)
 */
export function acceptedType(accept: string | undefined, offered: readonly [string, ...string[]]): string {
  const [usual] = offered;
  if (accept === undefined || accept === '*/*' || accept === usual) return usual;
  const accepted = preferredTypes(accept, [...offered, 'application/problem+json']);
  if (accepted.length === 0) throw problems.notAcceptable(offered);
  return accepted.find((type) => type !== 'application/problem+json') ?? usual;
}

/** What of the offered types the caller accepts, best first: all of it when the header is empty, or a list of nothing. */
export function preferredTypes(accept: string, offered: readonly string[]): string[] {
  const ranges = rangesOf(accept);
  return ranges.length === 0
    ? [...offered]
    : new Negotiator({ headers: { accept: ranges.join() } }).mediaTypes([...offered]);
}

/**
 * The media ranges of a header with their weight `q` alone. Prometheus asks for `text/plain;version=0.0.4`, OData's clients
 * for `application/json;odata.metadata=minimal`; each of our types has one form, so no other parameter makes a difference.
 */
function rangesOf(accept: string): string[] {
  const ranges: string[] = [];
  for (let start = 0; start < accept.length; ) {
    const { type, parameters, index } = parse(accept, { comma: true, start });
    if (type !== '') ranges.push(parameters.q === undefined ? type : `${type};q=${parameters.q}`);
    start = index + 1;
  }
  return ranges;
}

/** What to answer a list with, which has pages or is only given whole. @throws problems.notAcceptable (406) */
export function acceptedRepresentation(accept: string | undefined, hasPages: boolean): Representation {
  const types = { page: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;
  const files = [types.ndjson, types.csv] as const;
  const best = acceptedType(accept, hasPages ? [types.page, ...files] : files);
  return best === types.csv ? 'csv' : best === types.ndjson ? 'ndjson' : 'page';
}

/** What to answer a feed with, which has pages, can be read to its end and can be followed. @throws problems.notAcceptable (406) */
export function acceptedFeed(accept: string | undefined): Representation {
  const best = acceptedType(accept, ['application/json', 'application/x-ndjson', 'text/event-stream']);
  return best === 'text/event-stream' ? 'events' : best === 'application/x-ndjson' ? 'ndjson' : 'page';
}
