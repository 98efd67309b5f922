import type { Test } from 'tap';

/** Lets this process believe for the rest of a test that it is so much later (or earlier, below 0); the database does not. */
export function skewClock(t: Test, byMs: number): void {
  const Real = globalThis.Date;
  class Skewed extends Real {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(Real.now() + byMs);
      else super(...(given as [number]));
    }
    static override now(): number {
      return Real.now() + byMs;
    }
  }
  globalThis.Date = Skewed as DateConstructor;
  t.teardown(() => {
    globalThis.Date = Real;
  });
}
