import { z } from 'zod';
import { csvNames } from '../../platform/csv.js';
import { givenOf } from '../../platform/record/fields.js';
import { history } from '../imports/import.contract.js';
import { day, id, line } from '../shapes.contract.js';
import { FiguresContent } from './figures.record.js';
import { GroupContent } from './groups.contract.js';
import { groupFields } from './groups.record.js';

/**
 * A row of a file of groups: what may be registered, the id that a new group is to have, and for those who know places by
 * their names, that of the area, which is compared and not kept.
 */
const shape = z.strictObject({
  ...GroupContent.shape,
  groupId: id.nullable().optional(),
  areaName: line(300).nullable().optional(),
});

/** What a file of groups looks like. */
export const groupRows = {
  shape,
  given: [...givenOf(groupFields, shape), ...csvNames(groupFields.figures.csv), 'source'],
  digits: ['areaCode'],
};

/** A row of a file that is restored: the latest figures and the history of the group come with it. */
export const restoredGroup = z.strictObject({
  ...shape.shape,
  figures: z.strictObject({ asOf: day, ...FiguresContent.shape }).nullable(),
  ...history,
});

/** A row as zod makes it; what only a restore has is there only then. */
export type GroupRowContent = z.output<typeof shape> & Partial<z.output<typeof restoredGroup>>;
