/** Long work lets others have a turn after so much time; in milliseconds. */
const longest = 20;

/**
 * Keeps work that never waits, such as checking the rows of a file, from holding up every other request: it asks often,
 * and now and then is made to wait until what has come meanwhile is done.
 */
export class Breath {
  #since = performance.now();

  /** Whether it is time; asking costs next to nothing. */
  get isDue(): boolean {
    return performance.now() - this.#since > longest;
  }

  async take(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
