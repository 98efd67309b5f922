/** One preference: its name, perhaps a value in quotes or plain, and parameters that we have no use for. */
const token = "[!#$%&'*+.^_`|~\\w-]+";
const word = `(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`;
const preference = new RegExp(`[ \\t,]*(${token})(?:[ \\t]*=[ \\t]*${word}?)?`, 'y');
const parameters = new RegExp(`(?:[ \\t]*;(?:[ \\t]*${token}(?:[ \\t]*=[ \\t]*${word}?)?)?)*[ \\t]*(?=,|$)`, 'y');

/**
 * Reads `Prefer` (RFC 7240): names in lower case with their values, '' where there is none. Of a name given twice the first
 * counts. What cannot be read ends the list, since a preference is never a reason to refuse.
 *
 * Our own, because the one library for it (parse-prefer-header) takes parameters for preferences and is not kept up.
 */
export function readPreferences(header: string): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (let at = 0; at < header.length; at = parameters.lastIndex) {
    preference.lastIndex = at;
    const [whole, name, quoted, plain] = preference.exec(header) ?? [];
    if (whole === undefined || name === undefined) break;
    parameters.lastIndex = at + whole.length;
    if (parameters.exec(header) === null) break;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
    if (!read.has(name.toLowerCase())) read.set(name.toLowerCase(), value);
  }
  return read;
}
