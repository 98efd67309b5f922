import { v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea } from '../../domain/access.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { raiseAccessRevision } from '../access/revisions.store.js';
import { findArea } from '../areas/areas.store.js';
import { write } from '../changes/changes.actions.js';
import { insertSignOut } from './sign-outs.store.js';
import { signOutKind } from './sign-outs.table.js';

/** Whose sign-ins are to end, by which office, null for the whole country, and why. */
export interface NewSignOut {
  personId: string;
  areaCode: string | null;
  reason: string;
}

/**
 * Ends all sign-ins of somebody: what was issued to them until now is refused on every node within a second. Nothing is
 * known here of where a person works, so that any office may; it takes away what a new sign-in gives again.
 * @throws problems.areaOutsideYours (403), problems.rulesBroken (422)
 */
export async function createSignOutOf(db: Db, principal: Principal, wanted: NewSignOut) {
  const { areaCode } = wanted;
  refuseBroken([
    areaCode !== null && (await findArea(db, areaCode)) === null && rules.areaUnknown('/areaCode', areaCode),
  ]);
  requireArea(principal, areaCode);
  return write(db, principal, async (tx, note) => {
    const row = await insertSignOut(tx, { signOutId: uuidv7(), ...wanted });
    await raiseAccessRevision(tx);
    note(signOutKind, 'sign-out.created', null, row, { reason: row.reason });
    return row;
  });
}
