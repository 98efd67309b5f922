import { type Problem, problems } from '../../domain/problem.js';

/** What a connection is wanted for: a read or a write of a request, a whole list that is read to its end, a file of rows. */
export type Work = 'read' | 'write' | 'list' | 'import';

/** How many connections there are, how long each kind of work may wait for one (milliseconds), and how many wait at most. */
export interface PlacesSettings {
  size: number;
  waitMs: Readonly<Record<Work, number>>;
  mostWaiting: Readonly<Record<Work, number>>;
}

/** Somebody who waits for a place. */
interface Waiter {
  since: number;
  go(): void;
}

/**
 * Divides the connections of a pool among kinds of work, so that none of them keeps the others out: what is long (lists
 * and files) may hold half of them, files a fifth, and a fifth each is kept for reads and for writes. Who finds no place
 * waits; the one who has waited longest goes first among those who may, and after `waitMs` a waiter is refused. When
 * `mostWaiting` wait already, one more is refused at once: its turn would not come in time. A pool of one or two has
 * nothing to divide.
 */
export class Places {
  readonly #settings: PlacesSettings;
  readonly #most: { short: number; long: number; import: number };
  readonly #held: Record<Work, number> = { read: 0, write: 0, list: 0, import: 0 };
  readonly #waiting: Record<Work, Set<Waiter>> = {
    read: new Set(),
    write: new Set(),
    list: new Set(),
    import: new Set(),
  };
  #arrivals = 0;

  constructor(settings: PlacesSettings) {
    const { size } = settings;
    const fifth = Math.max(1, Math.floor(size / 5));
    this.#settings = settings;
    this.#most = { short: size < 3 ? size : size - fifth, long: Math.max(1, Math.floor(size / 2)), import: fifth };
  }

  /**
   * Takes a place and gives the function that gives it back, to be called once.
   * @throws problems.unavailable (503) when none came free in time, or too many wait already
   */
  async take(work: Work): Promise<() => void> {
    // Whoever comes now does not overtake those who wait for the same.
    if (this.#waiting[work].size > 0 || !this.#fits(work)) await this.#wait(work);
    else this.#held[work] += 1;
    return () => {
      this.#held[work] -= 1;
      this.#callNext();
    };
  }

  #fits(work: Work): boolean {
    const { read, write, list, import: files } = this.#held;
    const long = list + files;
    const { short, long: mostLong, import: mostImport } = this.#most;
    if (read + write + long >= this.#settings.size) return false;
    if (work === 'read') return read + long < short;
    if (work === 'write') return write + long < short;
    return long < mostLong && read + long < short && write + long < short && (work === 'list' || files < mostImport);
  }

  #wait(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting[work];
      if (waiting.size >= this.#settings.mostWaiting[work]) return reject(noPlace(work));
      const timer = setTimeout(() => {
        waiting.delete(waiter);
        reject(noPlace(work));
      }, this.#settings.waitMs[work]);
      this.#arrivals += 1;
      const waiter = {
        since: this.#arrivals,
        go: () => {
          clearTimeout(timer);
          waiting.delete(waiter);
          this.#held[work] += 1;
          resolve();
        },
      };
      waiting.add(waiter);
    });
  }

  #callNext(): void {
    for (;;) {
      let next: Waiter | undefined;
      for (const work of ['read', 'write', 'list', 'import'] as const) {
        const [first] = this.#waiting[work];
        if (first !== undefined && first.since < (next?.since ?? Number.POSITIVE_INFINITY) && this.#fits(work))
          next = first;
      }
      if (next === undefined) return;
      next.go();
    }
  }
}

function noPlace(work: Work): Problem {
  switch (work) {
    case 'list':
      return problems.unavailable({
        en: 'Too many whole lists are being read at once; try again later.',
        th: 'ขณะนี้มีการดาวน์โหลดข้อมูลทั้งชุดพร้อมกันมากเกินไป โปรดลองใหม่ภายหลัง',
      });
    case 'import':
      return problems.unavailable({
        en: 'Too many files are being taken over at once; send this one again later.',
        th: 'ขณะนี้มีการนำเข้าไฟล์พร้อมกันมากเกินไป โปรดส่งไฟล์นี้อีกครั้งภายหลัง',
      });
    default:
      return problems.unavailable({
        en: 'Too many requests are waiting for the database; try again later.',
        th: 'ขณะนี้มีคำขอรอฐานข้อมูลอยู่มากเกินไป โปรดลองใหม่ภายหลัง',
      });
  }
}
