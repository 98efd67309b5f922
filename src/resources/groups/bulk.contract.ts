import { z } from 'zod';
import { id } from '../shapes.contract.js';
import { GroupContent } from './groups.contract.js';

/** A row of a file of groups: what may be registered, and the id that a new group is to have. */
const shape = z.strictObject({ ...GroupContent.shape, groupId: id.nullable().optional() });

/** What a file of groups looks like. */
export const groupRows = {
  shape,
  given: [
    'figures',
    'figuresAsOf',
    'memberCount',
    'savingsBaht',
    'developmentLevel',
    'figuresSource',
    'source',
    'version',
    'createdAt',
    'updatedAt',
  ],
  days: ['foundedOn'],
  numbers: [],
  digits: ['areaCode'],
};

/** A row as zod makes it. */
export type GroupRowContent = z.output<typeof shape>;
