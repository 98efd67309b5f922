/** What follows from the declaration of a record for a row of its table: what clients see of it, and whether it is the same. */
import { isDeepStrictEqual } from 'node:util';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type AcceptedOf, type Fields, type NamesWith, namesWith } from './fields.js';

/** The fields that are shown as they are kept. */
type KeptNames<F extends Fields> = NamesWith<F, 'shown'> & NamesWith<F, 'column'>;

/** The fields that are shown and have no column. */
type DerivedNames<F extends Fields> = Exclude<NamesWith<F, 'shown'>, NamesWith<F, 'column'>>;

/**
 * The fields that are shown, in their order: from `kept`, and those without a column from `derived`. Of a row it makes
 * the record as clients see it; of a table, what the database makes the same record of.
 */
export function viewOf<
  F extends Fields,
  Kept extends Readonly<Record<KeptNames<F>, unknown>>,
  Derived extends Readonly<Record<DerivedNames<F>, unknown>>,
>(
  declared: F,
  kept: Kept,
  derived: Derived,
): {
  [Name in NamesWith<F, 'shown'>]: Name extends keyof Derived
    ? Derived[Name]
    : Name extends keyof Kept
      ? Kept[Name]
      : never;
};
export function viewOf(
  declared: Fields,
  kept: Readonly<Record<string, unknown>>,
  derived: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const name of namesWith(declared, 'shown')) view[name] = name in derived ? derived[name] : kept[name];
  return view;
}

/** Whether a record has already all that clients may write of it. */
export function sameAs<F extends Fields>(declared: F, record: AcceptedOf<F>, content: AcceptedOf<F>): boolean;
export function sameAs(
  declared: Fields,
  record: Readonly<Record<string, unknown>>,
  content: Readonly<Record<string, unknown>>,
): boolean {
  return namesWith(declared, 'accepted').every((name) => isDeepStrictEqual(record[name], content[name]));
}

/** The declared columns of a table, as the table or what was cut from it names them; not those that the database makes. */
export function storedIn<F extends Fields, Table extends Readonly<Record<NamesWith<F, 'column'>, PgColumn>>>(
  declared: F,
  table: Table,
): Pick<Table, NamesWith<F, 'column'>>;
export function storedIn(
  declared: Fields,
  table: Readonly<Record<string, PgColumn>>,
): Record<string, PgColumn | undefined> {
  return Object.fromEntries(namesWith(declared, 'column').map((name) => [name, table[name]]));
}
