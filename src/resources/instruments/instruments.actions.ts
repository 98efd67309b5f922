import { v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea } from '../../domain/access.js';
import { type Instrument, instrumentFaults } from '../../domain/instrument.js';
import { refuseBroken } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { write } from '../changes/changes.actions.js';
import { type InstrumentRow, insertInstrument } from './instruments.store.js';
import { instrumentKind } from './instruments.table.js';

/**
 * Loads a version of an instrument. Instruments belong to the whole country, so only a key of it may.
 * @throws problems.areaOutsideYours (403), problems.instrumentExists (409), problems.rulesBroken (422)
 */
export async function loadInstrument(db: Db, principal: Principal, content: Instrument): Promise<InstrumentRow> {
  requireArea(principal, null);
  refuseBroken(instrumentFaults(content));
  return write(db, principal, async (tx, note) => {
    const row = await insertInstrument(tx, uuidv7(), content);
    note(instrumentKind, 'instrument.loaded', null, row, { areaCode: null });
    return row;
  });
}
