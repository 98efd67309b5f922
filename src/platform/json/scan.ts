import { surelyExact } from './exact.js';

/** What the text of a JSON document shows before it is parsed. */
export interface JsonScan {
  /** The deepest nesting of brackets. */
  depth: number;
  /** How many fields all objects have together, the same one twice counted twice. */
  fields: number;
  /** As many values as there can be: one for each bracket that opens and each comma. */
  values: number;
  /** Whether a number is written in a way that a double might not hold: with an exponent, or of many digits. */
  longNumbers: boolean;
}

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const dot = 0x2e;

/**
 * Looks through a JSON text once. It is no parser: of a text that is not JSON it says anything, and the parser refuses
 * that afterwards.
 */
export function scanJson(text: string): JsonScan {
  const scan = { depth: 0, fields: 0, values: 1, longNumbers: false };
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) at = endOfString(text, at);
    else if (character === 0x3a /* : */) scan.fields += 1;
    else if (character === 0x2c /* , */) scan.values += 1;
    else if (character === 0x7b /* { */ || character === 0x5b /* [ */) {
      depth += 1;
      scan.values += 1;
      if (depth > scan.depth) scan.depth = depth;
    } else if (character === 0x7d /* } */ || character === 0x5d /* ] */) depth -= 1;
    else if (isDigit(character) || character === minus) {
      const end = endOfNumber(text, at);
      if (end - at >= surelyExact || isExponent(text.charCodeAt(end + 1))) scan.longNumbers = true;
      at = end;
    }
  }
  return scan;
}

/** Where the string that begins at a quote ends: the place of its last quote, or the end of a text that has none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === backslash) at += 1;
    else if (character === quote) return at;
  }
  return text.length;
}

/** The place of the last digit before anything else but a point. */
function endOfNumber(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end + 1)) || text.charCodeAt(end + 1) === dot) end += 1;
  return end;
}

function isDigit(character: number): boolean {
  return character >= 0x30 && character <= 0x39;
}

function isExponent(character: number): boolean {
  return character === 0x65 || character === 0x45;
}
