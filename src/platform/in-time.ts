/**
 * Waits for an answer no longer than so many milliseconds.
 * @throws what `late` makes when no answer has come in time, and whatever the answer fails with
 */
export function inTime<T>(answer: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a pause of the process the timer comes before an answer that is there already, so that is looked for first.
    const timer = setTimeout(() => setImmediate(() => reject(late())), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
