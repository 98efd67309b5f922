import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { itemAt } from './lists.js';

export interface Random {
  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** An integer around 0, bell shaped, never further than four times `spread` (standard deviation about 1.15 spreads). */
  bell(spread: number): number;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  /** One item of a list that has some. */
  pick<T>(items: readonly T[]): T;
  /** A new list with the same items in another order. */
  shuffled<T>(items: readonly T[]): T[];
}

/** Each part draws from its own stream, so that one more sentence in one part does not change all the others. */
const parts = ['groups', 'figures', 'targets', 'passes', 'sheets', 'plans', 'second-round'] as const;

const seed = 2555;

/**
 * The random numbers of one part of the data set: the same ones at every call.
 *
 * Everything is drawn in integers. `Math.exp` and `Math.log`, the usual way to a bell, may differ in the last bit
 * between JavaScript engines, and one bit is enough to change a rank and with it the data.
 */
export function randomFor(part: (typeof parts)[number]): Random {
  const generator = xoroshiro128plus(seed);
  for (let jumps = parts.indexOf(part); jumps > 0; jumps -= 1) generator.jump();
  const int = (min: number, max: number) => uniformInt(generator, min, max);

  return {
    int,
    bell: (spread) => int(-spread, spread) + int(-spread, spread) + int(-spread, spread) + int(-spread, spread),
    chance: (percent) => int(1, 100) <= percent,
    pick: (items) => itemAt(items, int(0, items.length - 1)),
    shuffled: (items) => shuffle(items, int),
  };
}

/** Fisher-Yates: every order is as likely as any other. */
function shuffle<T>(items: readonly T[], int: Random['int']): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = int(0, last);
    [result[last], result[other]] = [itemAt(result, other), itemAt(result, last)];
  }
  return result;
}
