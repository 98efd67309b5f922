import { id } from '../shapes.contract.js';
import { registrationNo } from './groups.record.js';

/** How a row of a file names its group: by its registration number, by its id, or by both if they agree. */
export const groupReference = {
  registrationNo: registrationNo.nullable().optional(),
  groupId: id.nullable().optional(),
};

/** The reference in words, for the contract. */
export const groupReferenceText = 'The group is named by `registrationNo` or `groupId`.';
