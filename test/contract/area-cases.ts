import type { Call } from '../support/client.js';
import type { AreaWorld } from './area-world.js';

/** What a key of the neighbouring district gets. */
export type Outcome =
  /** A refusal with this status and code, and nothing changed. */
  | { status: 403 | 404 | 422; code: string }
  /** A success in which none of these values of the world occurs. */
  | { hides: readonly (keyof AreaWorld)[] };

/** One request about what lies in district 4010. */
export interface AreaCase {
  what: string;
  call(world: AreaWorld): Omit<Call, 'method'>;
  neighbour: Outcome;
  /** Whether a key of 4010 itself succeeds with the same request, and sees what is hidden: so the case can fail. */
  home: 'succeeds' | 'is refused too';
}

/** The cases of an operation in the order they are tried, or why no area limits it. */
export type AreaRow = readonly AreaCase[] | { notAreaBound: string };

const notFound = (code: string): Outcome => ({ status: 404, code });
const forbidden: Outcome = { status: 403, code: 'area-outside-yours' };
export const anyVersion = { 'if-match': '*' };

export const reads = (what: string, call: AreaCase['call'], code: string): AreaCase => {
  return { what, call, neighbour: notFound(code), home: 'succeeds' };
};
export const lists = (what: string, call: AreaCase['call'], hides: readonly (keyof AreaWorld)[]): AreaCase => {
  return { what, call, neighbour: { hides }, home: 'succeeds' };
};
/** Puts something into 4010, or changes what a key of its neighbour reads: refused as what it is. */
export const writes = (what: string, call: AreaCase['call'], home: AreaCase['home'] = 'succeeds'): AreaCase => {
  return { what, call, neighbour: forbidden, home };
};
/** Changes a record of 4010, which is not there for a key that cannot read it. */
export const changes = (what: string, call: AreaCase['call'], code: string): AreaCase => {
  return { what, call, neighbour: notFound(code), home: 'succeeds' };
};

/** A file about what lies in 4010: its rows are refused one by one, and with them the file. */
export const imports = (what: string, path: (world: AreaWorld) => string, row: (world: AreaWorld) => object) => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const call = (world: AreaWorld) => ({ path: path(world), payload: `${JSON.stringify(row(world))}\n`, headers });
  return { what, call, neighbour: { status: 422, code: 'import-refused' }, home: 'succeeds' } satisfies AreaCase;
};

export const roundPath = (roundId: string) => `/v1/rounds/${roundId}`;
