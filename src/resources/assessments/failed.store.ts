/** `passes` of domain/instrument.ts as SQL, over the digits of `levels`. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Instrument } from '../../domain/instrument.js';

/** Whether a digit is that of a failed criterion: below the pass level and not 0, which is no score. */
export function digitFails(digit: SQLWrapper, { passLevel }: Pick<Instrument, 'passLevel'>): SQL {
  return sql`${digit} between '1' and ${String(passLevel - 1)}`;
}

/** Whether every digit is that of a passed criterion. */
export function allPass(levels: SQLWrapper, { passLevel }: Pick<Instrument, 'passLevel'>): SQL {
  return sql`${levels} ~ ${`^[${passLevel}-3]+$`}`;
}
