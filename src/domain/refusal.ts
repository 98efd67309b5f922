import type { Bilingual } from './bilingual.js';
import type { ProblemFacts } from './problem-facts.js';
import type { TokenFault } from './token-fault.js';
import type { ViolationCode } from './violation-code.js';

/** What kind of refusal this is. The HTTP status follows from the kind, in platform/http/problem-response.ts alone. */
export type ProblemKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'timeout'
  | 'conflict'
  | 'gone'
  | 'version-stale'
  | 'too-large'
  | 'unsupported-media-type'
  | 'expectation-failed'
  | 'rule-broken'
  | 'version-required'
  | 'too-many'
  | 'headers-too-large'
  | 'internal'
  | 'not-implemented'
  | 'unavailable'
  | 'insufficient-storage';

/** One thing wrong with the request: where (JSON Pointer into the body, or `/query/limit`), which rule, and why. */
export interface Violation {
  pointer: string;
  code: ViolationCode;
  detail: Bilingual;
  /** The values that are possible there, when they can be listed. */
  allowed?: string[] | null;
  /** The criterion that it is about, where it is one of a score sheet. */
  criterionNo?: number | null;
  /** Only of a file of rows: which row and column, and what is there. */
  row?: number;
  column?: string | null;
  value?: string | null;
}

/** What a refusal says beyond its title: the sentence, the violations, and facts a program can read. */
export interface ProblemContent {
  detail: Bilingual;
  violations?: Violation[];
  /** Only of a refused file: what in its other rows looks like a mistake. */
  warnings?: Violation[];
  facts?: Partial<ProblemFacts>;
  /** Only of a refused access token: what is wrong with it. */
  tokenFault?: TokenFault;
  /** The same request may be sent again soon, although it was refused. */
  retryLater?: true;
  /** For how many seconds it would be refused again. */
  retryAfterSeconds?: number;
}

/** A refusal on its way to the client. Thrown anywhere, written once, by the platform. */
export class Problem extends Error {
  readonly code: string;
  readonly kind: ProblemKind;
  readonly title: Bilingual;
  readonly content: ProblemContent;

  constructor(code: string, kind: ProblemKind, title: Bilingual, content: ProblemContent) {
    super(content.detail.en);
    this.name = 'Problem';
    this.code = code;
    this.kind = kind;
    this.title = title;
    this.content = content;
  }
}

/** A line of the catalogue: makes the refusal, and can be listed in a contract and explained on a page. */
export interface ProblemDefinition<Facts extends unknown[] = never[], Code extends string = string> {
  (...facts: Facts): Problem;
  readonly code: Code;
  readonly kind: ProblemKind;
  readonly title: Bilingual;
}

/** Writes one line of the catalogue: stable code, kind, title, and how the facts become the sentence. */
export function refusal<Facts extends unknown[], const Code extends string>(
  code: Code,
  kind: ProblemKind,
  title: Bilingual,
  content: (...facts: Facts) => ProblemContent,
): ProblemDefinition<Facts, Code> {
  const make = (...facts: Facts) => new Problem(code, kind, title, content(...facts));
  return Object.assign(make, { code, kind, title });
}

/** Joins the segments of a place in a request into a JSON Pointer (RFC 6901): `['scores', 0]` gives `/scores/0`. */
export function pointerTo(path: readonly (string | number | symbol)[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
