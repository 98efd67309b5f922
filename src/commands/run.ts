/** How every command begins and ends: its help, what is refused of its arguments, its words for a fault, its exit code. */
import { Command, CommanderError, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';

/** The exit code for a command that was called wrongly: an option nobody knows, an argument too many. */
const calledWrongly = 2;

/**
 * A command and its help; options, arguments and the action are declared on it. Whatever else is given is refused by name.
 * @param call how it is called: `npm run migrate`
 */
export function command(call: string, description: string) {
  return new Command(call)
    .description(description)
    .helpOption('-h, --help', 'this text')
    .showHelpAfterError('--help says how it is called.')
    .exitOverride()
    .allowExcessArguments()
    .hook('preAction', refuseExcess);
}

/**
 * Runs a command with the arguments of this process. What its action throws is said on standard error without a stack.
 * @param failed the exit code for a fault that has none of its own
 */
export async function run(program: CommandUnknownOpts, failed = 1): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error) ?? failed;
    // What is wrong with the arguments, and help, were said where they were found.
    if (!(error instanceof CommanderError)) process.stderr.write(`${messageOf(error)}\n`);
  }
}

/** Reads the argument of an option that is a whole number from 1 to `most`. */
export function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It is a whole number from 1 to ${most}.`);
  };
}

/** Commander itself would say how many are too many, and not which. */
function refuseExcess(program: CommandUnknownOpts): void {
  const { registeredArguments, args } = program;
  const [excess] = args.slice(registeredArguments.length);
  if (excess !== undefined && registeredArguments.at(-1)?.variadic !== true) {
    program.error(`error: unexpected argument '${excess}'`);
  }
}

function exitCodeOf(error: unknown): number | null {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : calledWrongly;
  return error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : null;
}

/** A failed statement comes wrapped in its whole text; what the database said is its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'query' in error && error.cause instanceof Error ? error.cause.message : error.message;
}
