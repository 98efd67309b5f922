/** Why an import or export ends without its result; each kind has an exit code of its own. */

export const exitCodesHelp = `Exit codes
  0  done
  1  rows have errors, or the service refused
  2  something here is wrong: an argument, the key, a file
  3  no connection to the service, or it kept breaking
`;

/** Something on this side is wrong: an argument, the key, a file. */
export class OwnFault extends Error {
  readonly exitCode: number = 2;
}

/** The service answered, and what it said will not change by asking again. The message is ready to be shown. */
export class Refused extends Error {
  readonly exitCode: number = 1;
}

/** The connection failed or the service cannot answer just now: asking again may help. */
export class Broken extends Error {
  readonly exitCode: number = 3;
  /** Whether anything answered at that address. */
  readonly reached: boolean;
  /** How long the service asks to wait, in milliseconds; 0 when it does not say. */
  readonly waitMs: number;

  constructor(message: string, { reached, waitMs = 0 }: { reached: boolean; waitMs?: number }) {
    super(message);
    this.reached = reached;
    this.waitMs = waitMs;
  }
}

/** It broke, and asking again is no use or not possible. */
export class GivenUp extends Error {
  readonly exitCode: number = 3;
}
