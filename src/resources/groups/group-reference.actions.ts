import type { Violation } from '../../domain/refusal.js';
import { numberKey } from '../../domain/registration-no.js';
import { rules } from '../../domain/rule.js';

interface GroupReference {
  registrationNo?: string | null | undefined;
  groupId?: string | null | undefined;
}

/** A row that names no group: a violation, else null. */
export function findUnnamedGroup({ registrationNo, groupId }: GroupReference): Violation | null {
  return (registrationNo ?? groupId ?? null) === null ? rules.groupUnnamed('/registrationNo') : null;
}

/** The reference as it is staged. */
export function stageReference({ registrationNo, groupId }: GroupReference) {
  return {
    registration_no: registrationNo ?? null,
    number_key: registrationNo ? numberKey(registrationNo) : null,
    group_id: groupId ?? null,
  };
}
