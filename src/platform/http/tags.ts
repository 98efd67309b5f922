import { digestOf } from '../digest.js';
import { membersInOrder } from '../json/members-in-order.js';

/**
 * The ETag of a record: its version, and a digest of all that is shown of it. The version alone would miss what a
 * representation shows of other records (a target shows its group's name) and a record that was deleted and made again. The
 * same record comes from several queries, each with its own order of fields.
 */
export function tagOf(view: { version: number }): string {
  return `"${view.version}-${digestOf(JSON.stringify(view, membersInOrder))}"`;
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
