/** A count with thousands apart: 1,061. */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

export function rowsText(rows: number): string {
  return `${countText(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

/** A time in milliseconds as people read it: 0.4 s, 28 s, 3 min 20 s, 1 h 05 min. */
export function durationText(ms: number): string {
  if (ms < 9_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
