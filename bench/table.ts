/** What the bench prints: one line for each work, beside what it is compared with. */

/** One measured work. Rates are per second; `met` is whether the aim was reached, null where there is none. */
export interface Line {
  work: string;
  ours: string;
  ceiling: string;
  ratio: string;
  aim: string;
  met: boolean | null;
  cpuMicros: number;
}

const headings = ['work', 'ours', 'compared with', 'ratio', 'aim', 'CPU us/request'];

export function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ work, ours, ceiling, ratio, aim, met, cpuMicros }) => [
    work,
    ours,
    ceiling,
    ratio,
    met === null ? aim : `${aim} ${met ? 'met' : 'MISSED'}`,
    Number.isFinite(cpuMicros) ? String(Math.round(cpuMicros)) : '-',
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [lineOf(headings), lineOf(widths.map((width) => '-'.repeat(width))), ...rows.map(lineOf)].join('\n');
}

export function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en')}/s`;
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}

/** The middle one, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
