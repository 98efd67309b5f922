import { z } from 'zod';
import { operation } from '../../platform/http/operation.js';
import { givenOf } from '../../platform/record/fields.js';
import { FiguresContent, figuresFields } from '../groups/figures.record.js';
import { groupReference, groupReferenceText } from '../groups/group-reference.contract.js';
import { groupExample } from '../groups/groups.contract.js';
import { bulk, bulkQuery, history, importAnswer } from '../imports/import.contract.js';
import { day } from '../shapes.contract.js';
import { figuresExample } from './figures.contract.js';

const shape = z.strictObject({ ...groupReference, asOf: day, ...FiguresContent.shape });

const ofGroup = ['groupName', 'areaCode'];

/** What a file of figures looks like. */
export const figuresRows = {
  shape,
  given: [...ofGroup, ...givenOf(figuresFields, shape)],
  digits: [],
};

const restored = z.strictObject({ ...shape.shape, ...history });

/** What a file of figures looks like that is restored: their history comes with them. */
export const restoredFiguresRows = {
  ...figuresRows,
  shape: restored,
  given: [...ofGroup, ...givenOf(figuresFields, restored)],
};

export type FiguresRowContent = z.output<typeof shape> & Partial<z.output<typeof restored>>;

const example = { registrationNo: groupExample.registrationNo, ...figuresExample };

export const importFigures = operation({
  operationId: 'importFigures',
  method: 'POST',
  path: '/v1/figures/rows',
  formerPath: '/v1/figures',
  tag: 'groups',
  summary: "Record many groups' figures",
  description:
    'A file of figures of any days. Those of a group and a day that are there already are replaced; the same file twice changes nothing the second time. Restored after their groups, the figures leave these as they are.',
  permission: 'groups:write',
  params: z.strictObject({}),
  query: z.strictObject(bulkQuery),
  body: null,
  bulk: bulk(`${groupReferenceText} Then the day and its figures, as in a PUT.`, example),
  answer: importAnswer,
  refusals: [],
});
