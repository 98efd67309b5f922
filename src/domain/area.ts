/**
 * Areas are DOPA codes: two digits name a province, four a district, six a subdistrict (tambon), eight a village,
 * and a prefix contains what it begins. `null` stands for the whole country wherever an area is expected.
 */
export type AreaKind = 'province' | 'district' | 'subdistrict' | 'village';

export const areaKinds = ['province', 'district', 'subdistrict', 'village'] as const;

/** Digits of the code of each kind of area. */
export const areaCodeLength: Readonly<Record<AreaKind, number>> = {
  province: 2,
  district: 4,
  subdistrict: 6,
  village: 8,
};

/** The kind of area a code names by its length alone; null when no kind has that length. */
export function areaKindOf(areaCode: string): AreaKind | null {
  return areaKinds.find((kind) => areaCodeLength[kind] === areaCode.length) ?? null;
}

/** Whether an area lies in another one or is that area. Only the whole country (null) contains the whole country. */
export function liesIn(areaCode: string | null, container: string | null): boolean {
  return container === null || areaCode?.startsWith(container) === true;
}

/** Whether two areas have something in common: one of them lies in the other. */
export function areasMeet(one: string | null, other: string | null): boolean {
  return liesIn(one, other) || liesIn(other, one);
}
