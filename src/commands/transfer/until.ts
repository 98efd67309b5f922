/**
 * Waits for pieces of work, each no longer than until `end` settles: null then. `Promise.race` would do for one piece, but
 * hangs the result of every piece on `end`, and so would keep a whole file in memory.
 */
export class Until {
  #settled = false;
  #wake = () => {};

  constructor(end: Promise<unknown>) {
    const settle = () => {
      this.#settled = true;
      this.#wake();
    };
    end.then(settle, settle);
  }

  get settled(): boolean {
    return this.#settled;
  }

  wait<T>(work: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(null);
      work.then(resolve, reject);
      if (this.#settled) resolve(null);
    });
  }
}
