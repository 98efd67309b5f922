import { digestOf } from '../digest.js';

/**
 * The ETag of a record: its version, and a digest of all that is shown of it. The version alone would miss what a
 * representation shows of other records (a target shows its group's name) and a record that was deleted and made again.
 */
export function tagOf(view: { version: number }): string {
  return `"${view.version}-${digestOf(JSON.stringify(view, inOrder))}"`;
}

/**
 * The version that the value of a tag names, or null; `03` is none of ours. Preconditions compare it and not the digest: a
 * group that was renamed meanwhile does not turn away the team that writes its sheet. A client may also build `"3"` from
 * `version`.
 */
export function versionOf(value: string): number | null {
  const [, digits] = /^([1-9]\d{0,14})(?:-[\w-]+)?$/.exec(value) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** The same record comes from several queries, each with its own order of fields. */
function inOrder(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
