/** Where a group stands in the registry. Only an active group is checked. */
export const groupStatuses = ['active', 'inactive', 'merged', 'dissolved'] as const;

export type GroupStatus = (typeof groupStatuses)[number];
