import { type Problem, problems } from '../../domain/problem.js';

/** What PostgreSQL said: the SQLSTATE, and the constraint when one was broken. */
interface DriverError {
  sqlState: string;
  constraint: string | null;
}

/** Finds the driver's error behind what Drizzle wraps around it; null when it is something else. */
export function driverErrorOf(error: unknown): DriverError | null {
  for (const cause of causesOf(error)) {
    const { code, constraint } = cause as Error & { code?: unknown; constraint?: unknown };
    if (typeof code === 'string' && /^[0-9FHPX][0-9A-Z]{4}$/.test(code)) {
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

/** A database that was asked and did not answer, or that there was no way to ask. */
export class DatabaseSilent extends Error {
  override readonly name = 'DatabaseSilent';
}

/** What keeps a database that is in order otherwise from doing what it was asked. */
type Trouble = 'unreachable' | 'read-only' | 'disk-full' | 'overloaded' | 'too-slow' | 'held';

/**
 * The one table from SQLSTATE to what it means for who waits, by the whole code or else by its class (the first two
 * characters). What is in it passes by itself or is for the operator to mend, and the same request can succeed later;
 * what is not in it is a mistake of ours. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const troubleOf: Readonly<Record<string, Trouble>> = {
  '08': 'unreachable', // connection exception
  '25006': 'read-only', // read_only_sql_transaction: a standby, or what was the primary before a fail-over
  '25P03': 'unreachable', // idle_in_transaction_session_timeout: it ended the connection
  '25P04': 'too-slow', // transaction_timeout
  '26000': 'unreachable', // invalid_sql_statement_name: a pooler gave us a connection without our statements
  '28': 'unreachable', // invalid authorization: the role or its password was changed
  '3D000': 'unreachable', // invalid_catalog_name: there is no such database
  '40': 'held', // transaction rollback: a deadlock, or a conflict with a standby's recovery
  '42P05': 'unreachable', // duplicate_prepared_statement: a pooler gave us a connection with somebody's statements
  '53': 'overloaded', // insufficient resources: connections, memory
  '53100': 'disk-full',
  '55000': 'unreachable', // object_not_in_prerequisite_state: the database takes no connections
  '55P03': 'held', // lock_not_available: lock_timeout
  '57': 'unreachable', // operator intervention: shutting down, starting, dropped
  '57014': 'too-slow', // query_canceled: statement_timeout
  '58': 'unreachable', // system error: it cannot read or write its files
};

/** What the system says of a connection that does not come about or breaks. */
const systemCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ENOTCONN'],
]);

/** What the driver says of connections without a code. */
const connectionMessages =
  /timeout exceeded when trying to connect|Connection terminated|Cannot use a pool after|is not queryable/;

/** Whether a statement broke a constraint, such as a key to a row that was deleted meanwhile. */
export function isBrokenConstraint(error: unknown): boolean {
  return driverErrorOf(error)?.sqlState.startsWith('23') ?? false;
}

/** Whether a transaction lost against another one and would succeed if it ran again. */
export function isRetryable(error: unknown): boolean {
  return ['40001', '40P01'].includes(driverErrorOf(error)?.sqlState ?? '');
}

/** Whether the database said that it takes no changes. */
export function saysReadOnly(error: unknown): boolean {
  return troubleWith(error) === 'read-only';
}

/** Whether an error is that no answer came from PostgreSQL at all, and not what it answered. */
export function isSilence(error: unknown): boolean {
  return driverErrorOf(error) === null && troubleWith(error) === 'unreachable';
}

/** Whether the connection that an error came from is not to be used again: it is broken, or a new one may lead elsewhere. */
export function spoilsConnection(error: unknown): boolean {
  const trouble = troubleWith(error);
  return trouble === 'unreachable' || trouble === 'read-only';
}

/** The problem for a database that cannot do now what it was asked (503, 507), or null when the error is another. */
export function databaseProblem(error: unknown): Problem | null {
  switch (troubleWith(error)) {
    case 'unreachable':
      return problems.unavailable({
        en: 'The database cannot be reached; try again later.',
        th: 'ติดต่อฐานข้อมูลไม่ได้ โปรดลองใหม่ภายหลัง',
      });
    case 'read-only':
      return problems.unavailable({
        en: 'The database takes no changes for now and can only be read; try again later.',
        th: 'ขณะนี้ฐานข้อมูลไม่รับการบันทึก อ่านได้อย่างเดียว โปรดลองใหม่ภายหลัง',
      });
    case 'disk-full':
      return problems.storageFull({
        en: 'The disk of the database is full, so nothing was changed. Its operator has to make room.',
        th: 'พื้นที่จัดเก็บของฐานข้อมูลเต็ม จึงไม่มีการบันทึก โปรดแจ้งผู้ดูแลระบบให้เพิ่มพื้นที่',
      });
    case 'overloaded':
      return problems.unavailable({
        en: 'The database has no room for more work now; try again later.',
        th: 'ขณะนี้ฐานข้อมูลรับงานเพิ่มไม่ได้ โปรดลองใหม่ภายหลัง',
      });
    case 'too-slow':
      return problems.unavailable({
        en: 'The database took too long; ask for less, or try again later.',
        th: 'ฐานข้อมูลใช้เวลานานเกินไป โปรดขอข้อมูลให้น้อยลง หรือลองใหม่ภายหลัง',
      });
    case 'held':
      return problems.unavailable({
        en: 'Another write holds the record; try again.',
        th: 'มีผู้อื่นกำลังบันทึกข้อมูลนี้ โปรดลองใหม่อีกครั้ง',
      });
    case null:
      return null;
  }
}

function troubleWith(error: unknown): Trouble | null {
  const { sqlState } = driverErrorOf(error) ?? {};
  if (sqlState !== undefined) return troubleOf[sqlState] ?? troubleOf[sqlState.slice(0, 2)] ?? null;
  return causesOf(error).some(isOfConnection) ? 'unreachable' : null;
}

function isOfConnection(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return (
    error instanceof DatabaseSilent ||
    (code !== undefined && systemCodes.has(code)) ||
    // The socket of a server that is not there, and not any file.
    (code === 'ENOENT' && syscall === 'connect') ||
    connectionMessages.test(error.message)
  );
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause);
  return causes;
}
