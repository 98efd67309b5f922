/** Gives what the source gives and asks it for `most` more meanwhile, so that it works while its reader does. */
export async function* readAhead<T>(source: AsyncGenerator<T, void>, most: number): AsyncGenerator<T, void> {
  const read = () => {
    const next = source.next();
    // What goes wrong is met when it is awaited.
    next.catch(() => {});
    return next;
  };
  const waiting = Array.from({ length: most }, read);
  try {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { value, done } = await next;
      if (done) return;
      waiting.push(read());
      yield value;
    }
  } finally {
    await source.return();
  }
}
