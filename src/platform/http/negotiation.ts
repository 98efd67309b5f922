import Negotiator from 'negotiator';
import type { Language } from '../../domain/bilingual.js';
import { problems } from '../../domain/problem.js';

/** Thai or English, whichever the caller prefers; English when it says nothing or wants neither. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const wanted = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? 'en' } }).languages(['en', 'th']);
  return wanted[0] === 'th' ? 'th' : 'en';
}

/**
 * Refuses a caller that accepts none of what an operation offers. A refusal itself is always a problem document, so
 * a caller that names only that type is still served.
 * @throws problems.notAcceptable (406)
 */
export function requireAcceptable(accept: string | undefined, offered: readonly string[]): void {
  if (accept === undefined || accept === '*/*' || accept === offered[0]) return;
  const accepted = new Negotiator({ headers: { accept } }).mediaTypes([...offered, 'application/problem+json']);
  if (accepted.length === 0) throw problems.notAcceptable(offered);
}
