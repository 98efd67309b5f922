import { z } from 'zod';
import { violationCodes } from '../../domain/violation-code.js';

/** The shapes that have a name in the contract. Private to this service, so no library can add to it. */
export const componentRegistry = z.registry<{ id: string }>();

/** The same by their names. */
export const componentShapes = new Map<string, z.ZodType>();

/** Gives a shape its name in the contract; generated clients call their type by it. */
export function component<Shape extends z.ZodType>(id: string, shape: Shape): Shape {
  componentRegistry.add(shape, { id });
  componentShapes.set(id, shape);
  return shape;
}

/** The codes of `errors`, in problems and in reports of imports alike. */
export const violationCode = component(
  'ViolationCode',
  z.enum(Object.keys(violationCodes)).meta({ description: 'Stable name of the rule that is broken' }),
);

/** The codings of a body that are taken. */
export const contentCoding = component('ContentCoding', z.enum(['gzip', 'identity']));
