/** Whether a value is an object with named members, and no list. */
export function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of which nothing is known, as a record of its members; of what has none, an empty one. */
export function asRecord(value: unknown): Record<PropertyKey, unknown> {
  return isRecord(value) ? value : {};
}

/** A member of a record, or an item of a list; undefined of what has none. */
export function memberOf(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What an error calls itself, such as `ENOSPC` or an SQLSTATE; empty when it does not. */
export function codeOf(error: unknown): string {
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : '';
}
