/**
 * Where a reader of the feed of changes stands. Beside a whole list it says what the list has already: the changes that its
 * snapshot saw. As clients keep it, it is a text: `1042`, or behind a point the snapshot and the last number drawn when it was
 * taken, `1042.730-735-731_733-1047`.
 */
export interface FeedPosition {
  /** Every change up to this one has been read. */
  after: number;
  /** Those up to `drawn` that the snapshot saw have been read, too. */
  seen: { snapshot: string; drawn: number } | null;
}

/** The longest text of a position: a snapshot names the transactions in flight. */
export const longestPosition = 8_000;

/** A position as clients keep it. What the snapshot saw matters until its last number is passed. */
export function writePosition({ after, seen }: FeedPosition): string {
  if (seen === null || after >= seen.drawn) return String(after);
  return `${after}.${seen.snapshot.replaceAll(':', '-').replaceAll(',', '_')}-${seen.drawn}`;
}

/** Reads a position that a client sends; null for what none can be. */
export function readPosition(text: string): FeedPosition | null {
  const [, after, first, next, inFlight, drawn] =
    /^(\d{1,15})(?:\.(\d{1,19})-(\d{1,19})-((?:\d{1,19}(?:_\d{1,19})*)?)-(\d{1,15}))?$/.exec(text) ?? [];
  if (after === undefined) return null;
  if (first === undefined || next === undefined || drawn === undefined) return { after: Number(after), seen: null };
  const ids = inFlight ? inFlight.split('_') : [];
  if (!areOrdered(BigInt(first), ids.map(BigInt), BigInt(next))) return null;
  return { after: Number(after), seen: { snapshot: `${first}:${next}:${ids.join(',')}`, drawn: Number(drawn) } };
}

/** Whether transactions in flight lie from `first` to before `next`, each after the one before it. */
function areOrdered(first: bigint, ids: readonly bigint[], next: bigint): boolean {
  const inOrder = ids.every((id, index) => id >= first && id < next && (index === 0 || id > (ids[index - 1] ?? id)));
  return first > 0n && first <= next && inOrder;
}
