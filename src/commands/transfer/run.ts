/** Stopped by a signal; the exit code is what a shell gives to a process that one ended. */
class Stopped extends Error {
  readonly exitCode: number;
  constructor(signalNumber: number) {
    super('Stopped.');
    this.exitCode = 128 + signalNumber;
  }
}

/** Does an import or export. Ctrl+C aborts the signal, so that it can put away what it began. @throws what the work throws, or Stopped */
export async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  let stopped: Stopped | null = null;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => {
      stopped = new Stopped(number);
      stopping.abort();
    });
  }
  await work(stopping.signal).catch((error) => {
    throw stopped ?? error;
  });
}
