import { type Problem, problems } from '../../domain/problem.js';

/** What PostgreSQL said: the SQLSTATE, and the constraint when one was broken. */
interface DriverError {
  sqlState: string;
  constraint: string | null;
}

/** Finds the driver's error behind what Drizzle wraps around it; null when it is something else. */
export function driverErrorOf(error: unknown): DriverError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, constraint } = cause as Error & { code?: unknown; constraint?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
      return { sqlState: code, constraint: typeof constraint === 'string' ? constraint : null };
    }
  }
  return null;
}

/**
 * Awaits a statement and turns a broken constraint into the refusal that the caller names for it. The database is the
 * one that can decide between two simultaneous writes, so the rule is not checked beforehand.
 * @throws the refusal of the broken constraint, or the driver's own error
 */
export async function refusing<T>(statement: Promise<T>, refusals: Record<string, () => Problem>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    const refuse = refusals[driverErrorOf(error)?.constraint ?? ''];
    throw refuse?.() ?? error;
  }
}

/** Whether a transaction lost against another one and would succeed if it ran again. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(driverErrorOf(error)?.sqlState ?? '');
}

/** The problem for a database that cannot answer now (503), or null when the error is another. */
export function databaseProblem(error: unknown): Problem | null {
  const sqlState = driverErrorOf(error)?.sqlState ?? '';
  if (sqlState === '57014') {
    return problems.unavailable({
      en: 'The database took too long; ask for less, or try again later.',
      th: 'ฐานข้อมูลใช้เวลานานเกินไป โปรดขอข้อมูลให้น้อยลงหรือลองใหม่ภายหลัง',
    });
  }
  if (sqlState === '55P03' || isRetryable(error)) {
    return problems.unavailable({
      en: 'Another write holds the record; try again.',
      th: 'มีผู้อื่นกำลังบันทึกข้อมูลนี้ โปรดลองใหม่อีกครั้ง',
    });
  }
  // Class 08 is a lost connection, 53 too few resources, 57P a database that is shutting down or starting, 25P03 one that
  // ended a transaction which stood still.
  return /^(08|53|57P|25P03)/.test(sqlState) || isConnectionError(error)
    ? problems.unavailable({
        en: 'The database cannot be reached; try again later.',
        th: 'ติดต่อฐานข้อมูลไม่ได้ โปรดลองใหม่ภายหลัง',
      })
    : null;
}

/** What the driver says of connections without a code. */
const connectionMessages =
  /timeout exceeded when trying to connect|Connection terminated|Cannot use a pool after|is not queryable/;

function isConnectionError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].includes(code))
      return true;
    if (connectionMessages.test(cause.message)) return true;
  }
  return false;
}
