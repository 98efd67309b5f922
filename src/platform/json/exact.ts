/** The largest double has 309 digits before its point. */
const longest = 400;
/** A number of so many characters has 15 digits at most, and is a double and back without a change. */
export const surelyExact = 15;

/** Whether the double that is read is written with the digits that were sent. */
export function isExact(written: string): boolean {
  if (written.length > longest) return false;
  const number = Number(written);
  return Number.isFinite(number) && plainDigits(written) === plainDigits(String(number));
}

/** A number as its digits and the power of ten, the same for all ways to write it: `1200`, `1.2e3` and `12E2` agree. */
function plainDigits(written: string): string {
  const [, sign = '', whole = '', decimals = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(written) ?? [];
  const digits = `${whole}${decimals}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - decimals.length + digits.length - significant.length}`;
}
