/** What the fields of a row hold, as its shape says it. */
import { z } from 'zod';

/** The fields that hold a day. Thai digits are taken, and with `calendar=be` the year is of the Buddhist era. */
export function daysOf({ shape }: z.ZodObject): string[] {
  return Object.keys(shape).filter((field) => givenShape(shape[field]) instanceof z.ZodISODate);
}

/** The fields that hold a number. Thai digits are taken. */
export function numbersOf({ shape }: z.ZodObject): string[] {
  return Object.keys(shape).filter((field) => isNumber(givenShape(shape[field])));
}

function isNumber(shape: unknown): boolean {
  if (shape instanceof z.ZodUnion) return shape.options.every(isNumber);
  if (shape instanceof z.ZodLiteral) return [...shape.values].every((value) => typeof value === 'number');
  return shape instanceof z.ZodNumber;
}

/** The shape of a value where one is given: a field may also be left out or null. */
function givenShape(shape: unknown): unknown {
  const isWrapped = shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault;
  return isWrapped ? givenShape(shape.unwrap()) : shape;
}
