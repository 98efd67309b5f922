/** Thai citizen ids, which are personal data of the strictest kind: nothing here may keep one or write it down. */

const digits = 13;

/**
 * Whether a text has in it a 13-digit Thai citizen id that is valid by its check digit, however it is punctuated. A UUID or another
 * long hexadecimal id that a machine made is nobody's number, however its digits fall.
 */
export function holdsCitizenId(text: string): boolean {
  const plain = withoutMadeIds(text)
    .normalize('NFKC')
    .replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
  return (plain.match(/\d(?:[\s._/-]*\d)*/g) ?? []).some((run) => {
    const number = run.replace(/\D/g, '');
    return number.length === digits && hasCheckDigit(number);
  });
}

function withoutMadeIds(text: string): string {
  return text.replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=\d*[a-f])[\da-f]{24,}/gi, '');
}

/** The thirteenth digit makes the sum of all, weighted 13 to 1, a multiple of 11 but for its tens (Department of Provincial Administration). */
function hasCheckDigit(number: string): boolean {
  const sum = Array.from(number.slice(0, -1)).reduce((sum, digit, place) => sum + Number(digit) * (digits - place), 0);
  return (11 - (sum % 11)) % 10 === Number(number.at(-1));
}
