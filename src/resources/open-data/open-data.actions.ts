/**
 * The open data of published rounds. Nothing in one can change any more, so its figures are counted once, and kept as long
 * as there is room: who asks for them has no key, and may be anybody.
 */
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../domain/access.js';
import { type AreaKind, areaCodeLength, areaKindOf } from '../../domain/area.js';
import type { Bilingual } from '../../domain/bilingual.js';
import type { Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { areaOfParts, type OpenArea, openFiguresOf, type TalliedArea } from '../../scoring/open-figures.js';
import { tallyOf } from '../../scoring/tally.js';
import { theService } from '../api-keys/api-keys.actions.js';
import { everyArea, nameOfArea } from '../areas/areas.store.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { findRound, type RoundRow, roundView } from '../rounds/rounds.store.js';
import { fetchPartsByArea } from '../statistics/statistics.store.js';

/** Reads for everybody what was published, wherever it lies; a round that is not is not found. */
export const everybody: Principal = { ...theService, id: 'open-data', name: 'Open data', permissions: ['read'] };

/** A published round as anybody may read of it, and the figures of its areas, itself the first of them. */
export interface OpenData {
  round: Awaited<ReturnType<typeof describeRounds>>[number];
  smallestCell: number;
  areas: OpenAreaOfRound[];
}

export interface OpenAreaOfRound extends OpenArea {
  areaKind: AreaKind | 'country';
  areaName: Bilingual | null;
}

type District = TalliedArea & { areaCode: string };

interface Ask {
  db: Db;
  roundId: string;
  smallestCell: number;
}

/** By the number of rows: room for hundreds of rounds of a province, or some of the whole country. */
const kept = new LRUCache<string, OpenData, Ask>({
  maxSize: 200_000,
  sizeCalculation: ({ areas }) => areas.reduce((sum, { criteria }) => sum + 1 + criteria.length, 0),
  fetchMethod: async (_key, _stale, { context }) => (await countOpenData(context)) ?? undefined,
});

/** What the office publishes. */
export interface OpenDataSettings {
  isOn: boolean;
  /** Counts of fewer groups are held back. */
  smallestCell: number;
}

/** @throws problems.openDataOff (404) */
export function requireOpenData({ isOn }: OpenDataSettings): void {
  if (!isOn) throw problems.openDataOff();
}

/**
 * The figures of a published round. Whoever asks for them at once waits for one count.
 * @throws problems.openDataOff (404), problems.publishedRoundNotFound (404), whether there is no such round or it is not
 * published
 */
export async function getOpenData(db: Db, settings: OpenDataSettings, roundId: string): Promise<OpenData> {
  requireOpenData(settings);
  const { smallestCell } = settings;
  const found = await kept.fetch(`${roundId}/${smallestCell}`, { context: { db, roundId, smallestCell } });
  if (found === undefined) throw problems.publishedRoundNotFound(roundId);
  return found;
}

async function countOpenData({ db, roundId, smallestCell }: Ask): Promise<OpenData | null> {
  const round = await findRound(db, everybody, roundId);
  if (round?.status !== 'published') return null;
  const { content: instrument } = await getInstrumentRow(db, roundView(round).instrument);
  const areaDigits = areaCodeLength.district;
  const parts = await fetchPartsByArea(db, everybody, { roundId, areaCode: round.areaCode, areaDigits });
  const districts = parts.map(({ code, levelCodes }): District => {
    if (code === null) throw new Error('A part of a round lies in no district.');
    return { areaCode: code, tally: tallyOf(levelCodes, instrument), parts: [] };
  });
  const figures = openFiguresOf(hierarchyOf(round.areaCode, districts, instrument), instrument, smallestCell);
  const named = await everyArea(db);
  const areas = figures.map((area) => ({ ...area, ...describeArea(area.areaCode, named) }));
  const [described] = await describeRounds(db, [round]);
  return described === undefined ? null : { round: described, smallestCell, areas };
}

/** What anybody may know of published rounds: nothing that somebody wrote as a text of his own. */
export async function describeRounds(db: Db, rounds: readonly RoundRow[]) {
  const named = await everyArea(db);
  return rounds.map((round) => {
    const { roundId, fiscalYearBe, roundNo, areaCode, startsOn, endsOn, targetSelection, publishedAt } = round;
    const { instrument } = roundView(round);
    const { areaName } = describeArea(areaCode, named);
    return {
      roundId,
      fiscalYearBe,
      roundNo,
      areaCode,
      areaName,
      instrument,
      startsOn,
      endsOn,
      targetSelection,
      publishedAt: publishedAt ?? '',
    };
  });
}

/** Picks the areas of a kind; all, where none is asked for. */
export const isOfKind = (kind: string | undefined) => (area: Pick<OpenAreaOfRound, 'areaKind'>) =>
  kind === undefined || area.areaKind === kind;

function describeArea(areaCode: string | null, named: Awaited<ReturnType<typeof everyArea>>) {
  const area = areaCode === null ? undefined : named.get(areaCode);
  return {
    areaKind: areaCode === null ? ('country' as const) : (areaKindOf(areaCode) ?? ('district' as const)),
    areaName: area === undefined ? null : nameOfArea(area),
  };
}

/** The area of a round with the provinces and districts that are parts of it. */
function hierarchyOf(areaCode: string | null, districts: District[], instrument: Instrument): TalliedArea {
  const parts = areaCode === null ? provincesOf(districts, instrument) : districts;
  const whole = areaOfParts(areaCode, parts, instrument);
  const isParted = areaCode === null || areaCode.length < areaCodeLength.district;
  return isParted ? whole : { ...whole, parts: [] };
}

function provincesOf(districts: readonly District[], instrument: Instrument): TalliedArea[] {
  const provinceOf = ({ areaCode }: District) => areaCode.slice(0, areaCodeLength.province);
  return [...new Set(districts.map(provinceOf))].map((province) =>
    areaOfParts(
      province,
      districts.filter((district) => provinceOf(district) === province),
      instrument,
    ),
  );
}
