import { runCommand } from '../run.js';

/** Stopped by a signal; the exit code is what a shell gives to a process that one ended. */
class Stopped extends Error {
  readonly exitCode: number;
  constructor(signalNumber: number) {
    super('Stopped.');
    this.exitCode = 128 + signalNumber;
  }
}

/**
 * Runs an import or export. Ctrl+C aborts the signal, so that it can put away what it began. What is none of the faults
 * is something of the machine, such as a folder that may not be written to.
 */
export function runTransfer(help: string, work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  return runCommand(
    help,
    async () => {
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
      return work(stopping.signal).catch((error) => {
        throw stopped ?? error;
      });
    },
    2,
  );
}
