import { z } from 'zod';
import { component } from '../../platform/http/components.js';
import { baht, day, developmentLevel, line } from '../shapes.contract.js';

/** The fields of the figures of a group at one date. */
export const figuresFields = {
  memberCount: z
    .int()
    .min(0)
    .max(10_000_000)
    .meta({ examples: [120] }),
  savingsBaht: baht,
  developmentLevel: developmentLevel.nullable(),
};

/** The latest figures of a group, as its record shows them. */
export const latestFigures = component(
  'LatestFigures',
  z.strictObject({
    asOf: day,
    ...figuresFields,
    source: z.string().nullable().meta({ description: 'Where the figures come from' }),
  }),
)
  .nullable()
  .meta({ description: 'The latest figures; null when there are none yet' });

/** Figures as they are recorded; a restored group brings its latest. */
export const FiguresContent = component(
  'FiguresContent',
  z.strictObject({
    ...figuresFields,
    developmentLevel: developmentLevel.nullable().default(null),
    source: line(500).nullable().default(null),
  }),
);
