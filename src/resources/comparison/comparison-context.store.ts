import type { Principal } from '../../domain/access.js';
import { criterionIndex, type Instrument } from '../../domain/instrument.js';
import type { PlanState } from '../../domain/plan.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { mapLevels } from '../../scoring/mapping.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { areaOfRound, findRound, getRoundRow, roundView } from '../rounds/rounds.store.js';
import type { PairFilter } from './comparison.store.js';

/** The two rounds of a comparison as clients see them. */
export interface RoundPair {
  before: ReturnType<typeof roundView>;
  after: ReturnType<typeof roundView>;
}

/** Two rounds that can be compared, which groups of them, and how to read the first with the second's instrument. */
export interface ComparedRounds extends RoundPair {
  filter: PairFilter;
  instrument: Instrument;
  /** Level codes of the first round as the second's instrument reads them. */
  mapped(levelCodes: string): string;
  /** States by criterion number of the first round, by that of the second. */
  mappedState(states: ReadonlyMap<number, PlanState>): ReadonlyMap<number, PlanState>;
}

interface Wanted {
  beforeId: string;
  with: string;
  area?: string | undefined;
  mapping?: string | undefined;
}

/**
 * The two rounds, if they can be compared: both visible, the area in the caller's, and the same instrument version or a
 * mapping of criteria.
 * @throws problems.roundNotFound, problems.areaNotFound (404), problems.invalidInput (400), problems.rulesBroken (422)
 */
export async function requireComparable(db: Db, principal: Principal, wanted: Wanted): Promise<ComparedRounds> {
  const before = await getRoundRow(db, principal, wanted.beforeId);
  const after = await findRound(db, principal, wanted.with);
  if (after === null) throw problems.rulesBroken([rules.roundUnknown('/query/with', wanted.with)]);
  const areaCode = await areaOfRound(db, principal, before, wanted.area);
  const [from, to] = [roundView(before), roundView(after)];
  const { content: source } = await getInstrumentRow(db, from.instrument);
  const { content: instrument } = await getInstrumentRow(db, to.instrument);
  const mapping = mappingOf(wanted.mapping, from.instrument === to.instrument, source, instrument);
  return {
    before: from,
    after: to,
    filter: { beforeId: before.roundId, afterId: after.roundId, areaCode },
    instrument,
    mapped: (codes) => (mapping === null ? codes : mapLevels(codes, source, instrument, mapping)),
    mappedState: (states) =>
      mapping === null
        ? states
        : new Map([...mapping].map(([fromNo, toNo]) => [toNo, states.get(fromNo) ?? ('none' as const)])),
  };
}

/** Null when the rounds used the same version and nothing is to be mapped. */
function mappingOf(
  text: string | undefined,
  sameVersion: boolean,
  from: Instrument,
  to: Instrument,
): ReadonlyMap<number, number> | null {
  if (text === undefined) {
    refuseBroken([!sameVersion && rules.instrumentsDiffer('/query/with')]);
    return null;
  }
  const pairs = text.split(',').map((pair) => pair.split(':').map(Number) as [number, number]);
  const place = '/query/mapping';
  refuseBroken(
    pairs.flatMap(([fromNo, toNo], index) => [
      criterionIndex(fromNo, from) === null && rules.criterionUnknown(place, fromNo, from.criteria.length),
      criterionIndex(toNo, to) === null && rules.criterionUnknown(place, toNo, to.criteria.length),
      pairs.slice(0, index).some(([earlier]) => earlier === fromNo) && rules.criterionRepeated(place, fromNo),
      pairs.slice(0, index).some(([, earlier]) => earlier === toNo) && rules.criterionRepeated(place, toNo),
    ]),
  );
  return new Map(pairs);
}
