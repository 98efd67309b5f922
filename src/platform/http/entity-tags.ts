/** What `If-Match` or `If-None-Match` holds (RFC 9110, 13.1): `*`, or a list of entity tags. */
export type TagCondition = '*' | readonly EntityTag[];

/** An entity tag: `W/"3"` is weak and its value is `3`. */
export interface EntityTag {
  weak: boolean;
  value: string;
}

/** Sticky, so that each match begins where the one before ended. A tag may hold a comma, and a list empty places. */
const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/y;
const gap = /[ \t]*/y;

/**
 * Reads the header. Null when it is neither `*` nor a list of entity tags with at least one in it.
 *
 * Our own, because no library that is kept up reads it as RFC 9110 says: they cut a tag at a comma inside it, take one
 * without quotes, or refuse the empty places and the bytes above 0x7f that have to be taken.
 */
export function readTagCondition(header: string): TagCondition | null {
  if (header.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  let at = skip(header, 0);
  while (at < header.length) {
    if (header[at] !== ',') {
      tag.lastIndex = at;
      const [whole, weak, value] = tag.exec(header) ?? [];
      if (whole === undefined || value === undefined) return null;
      tags.push({ weak: weak !== undefined, value });
      at = skip(header, at + whole.length);
      if (at < header.length && header[at] !== ',') return null;
    }
    if (at < header.length) at = skip(header, at + 1);
  }
  return tags.length === 0 ? null : tags;
}

/** Whether the condition names a tag, by the weak comparison: `W/"3"` and `"3"` are the same. */
export function namesTag(condition: TagCondition, value: string): boolean {
  return condition === '*' || condition.some((tag) => tag.value === value);
}

/** Whether every tag of this value in the condition is a weak one. */
export function onlyWeakly(condition: TagCondition, value: string): boolean {
  return condition !== '*' && condition.every((tag) => tag.weak || tag.value !== value);
}

/** What stands between the quotes of a tag of ours. */
export function valueOfTag(etag: string): string {
  return etag.slice(etag.indexOf('"') + 1, -1);
}

function skip(header: string, from: number): number {
  gap.lastIndex = from;
  gap.exec(header);
  return gap.lastIndex;
}
