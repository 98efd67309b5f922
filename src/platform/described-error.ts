/** An error as the log may hold it: what went wrong and where, and nothing of what the records or the caller said. */

import { memberOf } from './record-value.js';

/** What is logged of an error; `stack` has the places alone. */
export interface DescribedError {
  type: string;
  /** SQLSTATE, the system's name of the error (ECONNREFUSED), or the library's. */
  code?: string;
  message?: string;
  table?: string;
  column?: string;
  constraint?: string;
  stack?: string;
  cause?: DescribedError;
  errors?: DescribedError[];
}

const deepest = 5;
const longestMessage = 500;

/**
 * Describes an error by a list of what may be said, because anything else may hold a value: drivers put parameters and
 * rows into their errors, parsers the text that they could not read.
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const described: DescribedError = { type: error.name, ...namesOf(error) };
  const message = messageOf(error, described.code);
  if (message !== null) described.message = message.slice(0, longestMessage);
  const stack = placesOf(error);
  if (stack !== '') described.stack = stack;
  if (depth === deepest) return described;
  if (error.cause instanceof Error) described.cause = describeError(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    described.errors = error.errors.slice(0, deepest).map((one) => describeError(one, depth + 1));
  }
  return described;
}

/** A text without what stands in quotes: there libraries show the value that they complain about. */
export function withoutQuoted(text: string): string {
  return text.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"');
}

/** What is called by a name of the schema or of the code, as far as it looks like one. */
function namesOf(error: Error): Pick<DescribedError, 'code' | 'table' | 'column' | 'constraint'> {
  const names = ['code', 'table', 'column', 'constraint'].flatMap((field) => {
    const name = memberOf(error, field);
    return typeof name === 'string' && /^[\w$.-]{1,63}$/.test(name) ? [[field, name]] : [];
  });
  return Object.fromEntries(names);
}

/** Classes of SQLSTATE whose messages name tables, roles and states, but no values; a value is in their `detail`. */
const plainClasses = /^(08|23|25|28|3D|40|42|53|54|55|57|58)[0-9A-Z]{3}$/;
const systemCode = /^E[A-Z0-9]+$/;
const plainTypes = ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'AggregateError', 'AbortError', 'Problem'];

/** Null for errors whose messages may quote what they were given: a failed query, a parser, a library with codes. */
function messageOf(error: Error, code: string | undefined): string | null {
  if ('query' in error && !isSqlState(code)) return null;
  if (code !== undefined && error.name !== 'Problem') {
    return plainClasses.test(code) || systemCode.test(code) ? error.message : null;
  }
  return plainTypes.includes(error.name) ? withoutQuoted(error.message) : null;
}

function isSqlState(code: string | undefined): boolean {
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code);
}

/** The lines of the stack that name places. They come after the message, which may look like some. */
function placesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  if (at < 0) return '';
  const lines = stack.slice(at + message.length).split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .join('\n');
}
