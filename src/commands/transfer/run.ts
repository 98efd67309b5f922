/**
 * Runs a command: prints its help when it is asked for, says on standard error what went wrong, and sets the exit code.
 * Ctrl+C aborts the signal, so that the command can put away what it began.
 */
export async function runCommand(help: string, work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(help);
    return;
  }
  const stopping = new AbortController();
  let stoppedWith = 0;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => {
      stoppedWith = 128 + number;
      stopping.abort();
    });
  }
  try {
    process.exitCode = await work(stopping.signal);
  } catch (error) {
    process.exitCode = stoppedWith || exitCodeOf(error);
    process.stderr.write(`${stoppedWith > 0 ? 'Stopped.' : messageOf(error)}\n`);
  }
}

/** What is none of our faults is something of the machine, such as a folder that may not be written to. */
function exitCodeOf(error: unknown): number {
  return error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 2;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  return code.startsWith('ERR_PARSE_ARGS') ? `${error.message}\n--help says how it is called.` : error.message;
}
