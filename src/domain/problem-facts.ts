/** What a program can read in some refusals beyond the members that all have. */

/** What an import that was refused would have done. */
export interface ImportFacts {
  dryRun: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  errorsTruncated: number;
  warningsTruncated: number;
}

/** What a person can have done before, so that somebody else has to sign it off. */
export type EarlierAct = 'submitted' | 'wrote';

/** Every such member and what it holds. */
export interface ProblemFacts extends ImportFacts {
  permission: string;
  areaCode: string | null;
  /** The methods that the address takes, with commas between. */
  allow: string;
  limitBytes: number;
  limitRows: number;
  limitRatio: number;
  id: string;
  registrationNo: string;
  instrument: string;
  roundStatus: string;
  planStatus: string;
  /** What the caller did before, so that somebody else has to sign it off, and when. */
  actedAs: EarlierAct;
  actedAt: string;
  /** Null when there is no such record. */
  currentVersion: number | null;
  /** The names of the limits that were reached. */
  violatedPolicies: string[];
}

/** What a problem can have beyond the common members: a fact, or the warnings of a refused file. */
export type ProblemMember = keyof ProblemFacts | 'warnings';

/** Which of them a problem has, by its code; those that are not listed have none. */
export const factsByCode: Readonly<Record<string, readonly ProblemMember[]>> = {
  'permission-missing': ['permission'],
  'area-outside-yours': ['areaCode'],
  'method-not-allowed': ['allow'],
  'body-too-large': ['limitBytes'],
  'too-many-rows': ['limitRows'],
  'compressed-too-much': ['limitRatio'],
  'invalid-input': ['errorsTruncated'],
  'id-taken': ['id'],
  'registration-no-taken': ['registrationNo'],
  'instrument-exists': ['instrument'],
  'round-not-open': ['roundStatus'],
  'round-state-forbids': ['roundStatus'],
  'plan-state-forbids': ['planStatus'],
  'same-person': ['actedAs', 'actedAt'],
  'version-stale': ['currentVersion'],
  'version-required': ['currentVersion'],
  'too-many-requests': ['violatedPolicies'],
  'too-many-at-once': ['violatedPolicies'],
  'too-many-failed-sign-ins': ['violatedPolicies'],
  'import-refused': [
    ...(['dryRun', 'rows', 'created', 'updated', 'unchanged', 'rejected', 'errorsTruncated'] as const),
    ...(['warnings', 'warningsTruncated'] as const),
  ],
};
