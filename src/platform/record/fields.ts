/** The declaration of a record: each of its fields said once, and what follows for its table, contract and CSV. */
import type { PgColumnBuilderBase } from 'drizzle-orm/pg-core';
import type { z } from 'zod';
import type { CsvColumn } from '../csv.js';

/** A field of a record; its name on the wire is also its name in the table. */
export interface Field {
  /** Its shape as clients see it; left out of what is kept and not shown. */
  shown?: z.ZodType;
  /** Its shape as clients may write it; left out of what they cannot change. */
  accepted?: z.ZodType;
  /** Its shape in the request that makes a record, where it can be given only then. */
  acceptedOnce?: z.ZodType;
  /** Its column; left out of what is worked out when it is read. */
  column?: PgColumnBuilderBase;
  /** Its columns in CSV, where they are not one of its own name; none for what CSV does not have. */
  csv?: readonly CsvColumn[];
  /** What the contract shows of it. */
  example?: unknown;
  /** The version of the contract that first had it, where that was not the first one. */
  since?: string;
}

export type Fields = Readonly<Record<string, Field>>;

/** The names of the fields that have a part, such as those that are shown. */
export type NamesWith<F extends Fields, Part extends keyof Field> = {
  [Name in keyof F]: F[Name] extends Readonly<Record<Part, unknown>> ? Name : never;
}[keyof F] &
  string;

/** A part of every field that has it, by the name of the field. */
export type PartsOf<F extends Fields, Part extends keyof Field> = {
  [Name in NamesWith<F, Part>]: F[Name] extends Readonly<Record<Part, infer Value>> ? Value : never;
};

/** The shapes of the fields that clients may write. */
type AcceptedShapes<F extends Fields> = { [Name in NamesWith<F, 'accepted'>]: Extract<F[Name]['accepted'], z.ZodType> };

/** What clients may write of a record, as zod makes it. */
export type AcceptedOf<F extends Fields> = z.output<z.ZodObject<AcceptedShapes<F>, z.core.$strict>>;

/** Declares the fields of a record, in the order in which clients see them; only its types are kept exact. */
export function fields<F extends Fields>(declared: F): F {
  return declared;
}

/** The names of the fields that have a part, in their order. */
export function namesWith<F extends Fields, Part extends keyof Field>(declared: F, part: Part): NamesWith<F, Part>[];
export function namesWith(declared: Fields, part: keyof Field): string[] {
  return Object.keys(declared).filter((name) => declared[name]?.[part] !== undefined);
}

/** The columns of a record's table. */
export function columnsOf<F extends Fields>(declared: F): PartsOf<F, 'column'> {
  return partsOf(declared, 'column');
}

/** The shapes of the fields that are shown, for the strict object of an answer. */
export function shownOf<F extends Fields>(declared: F): PartsOf<F, 'shown'>;
export function shownOf(declared: Fields) {
  return shapesOf(declared, 'shown');
}

/** The shapes of the fields that clients may write, for the strict object of a body. */
export function acceptedOf<F extends Fields>(declared: F): PartsOf<F, 'accepted'>;
export function acceptedOf(declared: Fields) {
  return shapesOf(declared, 'accepted');
}

/** The shapes of the fields that a new record may be given, those among them that cannot be changed afterwards. */
export function acceptedOfNew<F extends Fields>(declared: F): PartsOf<F, 'accepted'> & PartsOf<F, 'acceptedOnce'>;
export function acceptedOfNew(declared: Fields) {
  return shapesOf(declared, 'accepted', 'acceptedOnce');
}

/** A record as the contract shows it. */
export function exampleOf<F extends Fields>(declared: F): PartsOf<F, 'example'> {
  return partsOf(declared, 'example');
}

/** What clients may write of it, as the contract shows it. */
export function bodyExampleOf<F extends Fields>(
  declared: F,
): Pick<PartsOf<F, 'example'>, NamesWith<F, 'example'> & NamesWith<F, 'accepted'>>;
export function bodyExampleOf(declared: Fields): Record<string, unknown> {
  return Object.fromEntries(namesWith(declared, 'accepted').map((name) => [name, declared[name]?.example]));
}

/** The names of what is shown and a row of a file does not take: ignored there, so that a list can be sent back. */
export function givenOf(declared: Fields, row: z.ZodObject): string[] {
  return namesWith(declared, 'shown').filter((name) => !Object.hasOwn(row.shape, name));
}

/** The columns of a list of such records in CSV. */
export function csvColumnsOf(declared: Fields): CsvColumn[] {
  return namesWith(declared, 'shown').flatMap((name) => declared[name]?.csv ?? [name]);
}

function partsOf<F extends Fields, Part extends keyof Field>(declared: F, part: Part): PartsOf<F, Part>;
function partsOf(declared: Fields, part: keyof Field): Record<string, unknown> {
  return Object.fromEntries(namesWith(declared, part).map((name) => [name, declared[name]?.[part]]));
}

function shapesOf(declared: Fields, ...parts: ('shown' | 'accepted' | 'acceptedOnce')[]) {
  const shapes: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(declared)) {
    for (const part of parts) {
      const shape = field[part];
      if (shape === undefined) continue;
      shapes[name] = field.since === undefined ? shape : shape.meta({ 'x-since': field.since });
    }
  }
  return shapes;
}
