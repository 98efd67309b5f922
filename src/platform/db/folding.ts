import type { Folding, FoldingStep } from '../../domain/folding.js';

/**
 * `fold` as an SQL expression, for generated columns and for whatever the database folds itself.
 * @param text an expression whose collation is "C", in which `lower` knows the letters A to Z alone
 */
export function foldedSql(folding: Folding, text: string): string {
  return folding.reduce(stepped, text);
}

function stepped(text: string, step: FoldingStep): string {
  if ('remove' in step) {
    const signs = step.remove.map(([first, last]) =>
      first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`,
    );
    return `regexp_replace(${text}, '[${signs.join('')}]+', '', 'g')`;
  }
  if ('decompose' in step) return `normalize(${text}, ${step.decompose})`;
  if ('lower' in step) return `lower(${text})`;
  if ('translate' in step) return `translate(${text}, ${literal(step.translate)}, ${literal(step.to)})`;
  if ('replace' in step) return `replace(${text}, ${literal(step.replace)}, ${literal(step.by)})`;
  return `regexp_replace(${text}, '${step.match}', '${step.by}', 'g')`;
}

/** A code point in a regular expression of PostgreSQL. */
function escaped(point: number): string {
  const digits = point.toString(16);
  return point > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** Signs as an SQL text in plain ASCII: marks without a letter under them cannot be read in a migration. */
function literal(signs: string): string {
  if (/^[ -&(-[\]-~]*$/.test(signs)) return `'${signs}'`;
  const codes = Array.from(signs, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `U&'${codes.join('')}'`;
}
