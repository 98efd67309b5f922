import { inArray } from 'drizzle-orm';
import { scoresOf } from '../../domain/assessment.js';
import type { ChangedResource } from '../../domain/change.js';
import { type Instrument, instrumentRef } from '../../domain/instrument.js';
import type { Db } from '../../platform/db/database.js';
import { type Fields, namesWith } from '../../platform/record/fields.js';
import type { RecordRow } from '../../platform/record/record.js';
import { apiKeyFields } from '../api-keys/api-keys.record.js';
import { assessmentFields } from '../assessments/assessments.record.js';
import { figuresFields } from '../groups/figures.record.js';
import { groupFields } from '../groups/groups.record.js';
import { type GroupRow, latestFiguresOf } from '../groups/groups.store.js';
import { findInstrumentRow, type InstrumentRow, instrumentView } from '../instruments/instruments.store.js';
import { actionFields } from '../plans/actions.record.js';
import { type ActionRow, responsibleOf } from '../plans/actions.store.js';
import { planFields } from '../plans/plans.record.js';
import { roundFields } from '../rounds/rounds.record.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import { signOutFields } from '../sign-outs/sign-outs.record.js';
import { targetFields } from '../targets/targets.record.js';
import { teamFields } from '../teams/teams.record.js';
import { webhookFields } from '../webhooks/webhooks.record.js';

/** A record as clients know it. */
export type RecordView = Record<string, unknown>;

/** The instruments by which sheets are scored, by the ids of their rounds. */
export type InstrumentsOfRounds = ReadonlyMap<string, Instrument>;

/** The instruments of the rounds of some sheets. A round with sheets keeps its instrument. */
export async function readInstruments(db: Db, roundIds: readonly string[]): Promise<InstrumentsOfRounds> {
  const { roundId, instrumentCode: code, instrumentVersion } = roundsEverywhere;
  const known = new Map<string, Instrument>();
  if (roundIds.length === 0) return known;
  const rounds = await db
    .select({ roundId, code, instrumentVersion })
    .from(roundsEverywhere)
    .where(inArray(roundId, [...new Set(roundIds)]));
  for (const round of rounds) {
    const row = await findInstrumentRow(db, instrumentRef(round));
    if (row !== null) known.set(round.roundId, row.content);
  }
  return known;
}

/**
 * A record as its own endpoint shows it, but for what that takes of other records: the names of a group, the result of a
 * sheet, the next level of an action. A field that a row of an older version of the service lacks is null.
 */
export function recordView(resource: ChangedResource, row: RecordRow, instruments: InstrumentsOfRounds): RecordView {
  return views[resource](row, instruments);
}

const views: Readonly<Record<ChangedResource, (row: RecordRow, instruments: InstrumentsOfRounds) => RecordView>> = {
  group: (row) => viewWith(groupFields, row, { figures: latestFiguresOf(row as unknown as GroupRow) }),
  figures: (row) => viewWith(figuresFields, row),
  team: (row) => viewWith(teamFields, row),
  round: (row) => viewWith(roundFields, row, { instrument: `${row.instrumentCode}@${row.instrumentVersion}` }),
  target: (row) => viewWith(targetFields, row),
  assessment: (row, instruments) => viewWith(assessmentFields, row, { scores: scoresIn(row, instruments) }),
  plan: (row) => viewWith(planFields, row),
  'plan-action': (row) => viewWith(actionFields, row, { responsible: responsibleOf(row as unknown as ActionRow) }),
  instrument: (row) => instrumentView(row as unknown as InstrumentRow),
  'api-key': (row) => viewWith(apiKeyFields, row),
  'sign-out': (row) => viewWith(signOutFields, row),
  webhook: (row) => viewWith(webhookFields, row),
};

/** The fields that are shown and kept, and those that are `derived` from what is kept. */
function viewWith(declared: Fields, row: RecordRow, derived: RecordView = {}): RecordView {
  const names = namesWith(declared, 'shown').filter((name) => name in derived || declared[name]?.column !== undefined);
  return Object.fromEntries(names.map((name) => [name, (name in derived ? derived[name] : row[name]) ?? null]));
}

/** The scores of a sheet in instrument order. Its round cannot go while it is there. */
function scoresIn(row: RecordRow, instruments: InstrumentsOfRounds) {
  const sheet = { levels: String(row.levels), reasons: (row.reasons ?? {}) as Record<string, string> };
  const instrument = instruments.get(String(row.roundId));
  return instrument === undefined ? [] : scoresOf(sheet, instrument);
}
