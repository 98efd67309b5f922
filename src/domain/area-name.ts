/** Names of areas as people write them beside a code or in place of one. */
import type { AreaKind } from './area.js';
import { searchable } from './search.js';

/** An area with its names. */
export interface NamedArea {
  areaCode: string;
  kind: AreaKind;
  nameTh: string;
  nameEn: string;
}

/** The words for a kind that people put before a name, which the list of areas does not have. */
const kindWords: Readonly<Record<AreaKind, readonly string[]>> = {
  province: ['จังหวัด', 'จ.', 'changwat '],
  district: ['กิ่งอำเภอ', 'อำเภอ', 'เขต', 'อ.', 'amphoe ', 'khet '],
  subdistrict: ['ตำบล', 'แขวง', 'ต.', 'tambon ', 'khwaeng '],
  village: ['หมู่บ้าน', 'บ้าน', 'ban '],
};
const wordsAfter = ['province', 'district', 'subdistrict'];
const bangkok = '10';

/** A name without the word for its kind and without what people spell in two ways: "อ. เมืองขอนแก่น", "Amphoe Mueang Khon Kaen". */
export function plainAreaName(text: string): string {
  const words = [...kindWords.province, ...kindWords.district, ...kindWords.subdistrict];
  const lower = text.trim().toLowerCase();
  const word = words.find((one) => lower.startsWith(one)) ?? '';
  return folded(lower.slice(word.length)).replace(new RegExp(`(${wordsAfter.join('|')})$`), '');
}

/**
 * Whether a text names the area that lies in these containers, in Thai or English: with or without the word for its kind,
 * alone or followed by what contains it, as in an address.
 * @param containers the area that contains it directly first
 */
export function isNameOf(text: string, area: NamedArea, containers: readonly NamedArea[]): boolean {
  return patternOf(area, containers).test(folded(text));
}

const patterns = new Map<string, RegExp>();

/** Made once for each area, because a file may name it in each of a million rows. */
function patternOf(area: NamedArea, containers: readonly NamedArea[]): RegExp {
  const known = patterns.get(area.areaCode);
  if (known !== undefined) return known;
  const [own, ...around] = [area, ...containers].map((one, index) => spellingOf(one, containers[index]));
  const pattern = new RegExp(`^${own}${around.map((part) => `(?:${part})?`).join('')}$`);
  patterns.set(area.areaCode, pattern);
  return pattern;
}

function spellingOf(area: NamedArea, container: NamedArea | undefined): string {
  const names = [area.nameTh, area.nameEn, ...shortNamesOf(area, container)].map(folded);
  const before = kindWords[area.kind].map(folded).join('|');
  return `(?:${before})?(?:${names.join('|')})(?:${wordsAfter.join('|')})?`;
}

/** The district of a province's capital is called just "the town", and Bangkok has shorter names of its own. */
function shortNamesOf({ areaCode, kind, nameTh }: NamedArea, container: NamedArea | undefined): string[] {
  if (areaCode === bangkok) return ['กรุงเทพ', 'กรุงเทพฯ', 'กทม'];
  return kind === 'district' && nameTh === `เมือง${container?.nameTh}` ? ['เมือง'] : [];
}

/** What is left has letters and digits alone, so it needs no escapes in a pattern. */
function folded(text: string): string {
  return searchable(text.normalize('NFC')).replace(/[^\p{L}\p{M}\p{Nd}]/gu, '');
}
