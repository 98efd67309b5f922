import { z } from 'zod';
import type { Bilingual } from '../../domain/bilingual.js';

/** What is said of a value that does not fit a shape, where the shape says it itself. Private, so no library can add to it. */
export const sentenceRegistry = z.registry<Bilingual>();

/** Gives a shape its sentence, for a text that is not written so or a value that is none of its values. */
export function says<Shape extends z.ZodType>(shape: Shape, sentence: Bilingual): Shape {
  sentenceRegistry.add(shape, sentence);
  return shape;
}
