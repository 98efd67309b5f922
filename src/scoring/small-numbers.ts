/**
 * Which counts of groups may be published: cell suppression, the usual protection of tables of frequencies (Handbook on
 * Statistical Disclosure Control, second edition 2024, chapters 4 and 5: sdctools.github.io/HandbookSDC).
 *
 * - Threshold rule (primary suppression). A split, such as passed and failed, is held back as a whole where one of its cells
 *   counts fewer groups than the threshold: a cell is the total less the others. That holds for a cell of none too, which
 *   tells of every group of the area what it did not do.
 * - Secondary suppression. What is held back inside a larger area is the larger area less what is shown in it. So the parts
 *   that are held back must, taken together, be publishable as if they were one area: otherwise further parts are held back.
 * - From the top down. Nothing is shown inside an area that is itself held back.
 *
 * So everything that can be had by adding and subtracting is a count of an area that was shown, or of held-back areas together,
 * and never one of fewer groups than the threshold; and two groups of different held-back areas could always have changed
 * places without any change of what is published. docs/open-data.md has the proof.
 */

/** An area, and the areas without overlap that it consists of. */
export interface Parted<Area> {
  parts: readonly Area[];
}

/** How a split is held back. */
interface Threshold<Area> {
  /** Cells of fewer groups are held back; 0 holds nothing back. */
  smallest: number;
  /** The areas in which the total of the split is shown; all, where the split has none. */
  among?: ReadonlySet<Area>;
}

/**
 * The areas in which the cells of a split may be shown, the whole among them or none at all.
 * @param cellsOf the numbers of groups in the cells of the split, which make up its total
 */
export function shownAreas<Area extends Parted<Area>>(
  whole: Area,
  cellsOf: (area: Area) => readonly number[],
  { smallest, among }: Threshold<Area>,
): Set<Area> {
  const shown = new Set<Area>();
  const isLarge = (area: Area) =>
    (among === undefined || among.has(area)) && cellsOf(area).every((groups) => groups >= smallest);
  const show = (area: Area) => {
    shown.add(area);
    for (const part of partsToShow(area.parts)) show(part);
  };
  const partsToShow = (parts: readonly Area[]) => {
    const held = parts.filter((part) => !isLarge(part)).map(cellsOf);
    const large = parts.filter(isLarge).sort((a, b) => totalOf(cellsOf(a)) - totalOf(cellsOf(b)));
    // The smallest of them go first, so that the least is lost.
    while (held.length > 0 && large.length > 0 && !hidesItsParts(held, smallest)) {
      const [smallestPart] = large.splice(0, 1);
      if (smallestPart !== undefined) held.push(cellsOf(smallestPart));
    }
    return large;
  };
  if (isLarge(whole)) show(whole);
  return shown;
}

/** Whether areas that are held back, known only together, keep what each of them counts. */
function hidesItsParts(held: readonly (readonly number[])[], smallest: number): boolean {
  const totals = held.map(totalOf);
  const [first = []] = held;
  const together = first.map((_, cell) => held.reduce((sum, cells) => sum + (cells[cell] ?? 0), 0));
  const besideLargest = totalOf(totals) - Math.max(...totals);
  return together.every((groups) => groups >= smallest) && besideLargest >= smallest;
}

function totalOf(cells: readonly number[]): number {
  return cells.reduce((sum, groups) => sum + groups, 0);
}
