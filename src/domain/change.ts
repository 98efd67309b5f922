/** What a change is to whoever reads it: to one side of a move the record leaves, to the other it enters. */
export const changeKinds = ['created', 'changed', 'deleted', 'entered', 'left'] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** The resources whose records leave changes, by the names that changes have for them. */
export const changedResources = [
  'group',
  'figures',
  'team',
  'round',
  'target',
  'assessment',
  'plan',
  'plan-action',
  'instrument',
  'api-key',
  'sign-out',
  'webhook',
] as const;

export type ChangedResource = (typeof changedResources)[number];

/** What only an auditor reads: who was given which access. */
export const auditedResources = ['api-key', 'sign-out', 'webhook'] as const satisfies readonly ChangedResource[];

/** What everybody reads of the changes in its area. */
export const publicResources = changedResources.filter(
  (resource): resource is Exclude<ChangedResource, (typeof auditedResources)[number]> =>
    !auditedResources.some((audited) => audited === resource),
);
