/** How every command begins and ends: its help, what is refused of its arguments, its words for a fault, its exit code. */
import { parseArgs } from 'node:util';

/** The exit code for a command that was called wrongly: an option nobody knows, an argument too many. */
const calledWrongly = 2;

/**
 * Runs a command. `--help` prints its help and does nothing else; what it throws is said on standard error without a stack.
 * Work that reads its options with `parseArgs` refuses others by name.
 * @param failed the exit code for a fault that has none of its own
 */
export async function runCommand(help: string, work: () => Promise<number>, failed = 1): Promise<void> {
  if (asksForHelp(process.argv.slice(2))) {
    process.stdout.write(help);
    return;
  }
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = exitCodeOf(error) ?? failed;
    process.stderr.write(`${messageOf(error)}\n`);
  }
}

/** For a command without arguments. @throws what `parseArgs` says of one that is there */
export function takeNoArguments(): void {
  parseArgs({ options: {} });
}

/** Whether help is asked for; after `--` an argument is no option. */
function asksForHelp(given: readonly string[]): boolean {
  const end = given.indexOf('--');
  return given.slice(0, end < 0 ? given.length : end).some((argument) => argument === '--help' || argument === '-h');
}

function exitCodeOf(error: unknown): number | null {
  if (isOfArguments(error)) return calledWrongly;
  return error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : null;
}

/** A failed statement comes wrapped in its whole text; what the database said is its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isOfArguments(error)) return `${error.message}\n--help says how it is called.`;
  return 'query' in error && error.cause instanceof Error ? error.cause.message : error.message;
}

function isOfArguments(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('ERR_PARSE_ARGS');
}
