import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * The first issues of a record that does not fit, and how many there are beside them. Saying what is wrong costs many
 * times what finding it does, and nobody reads a thousand sentences about one record. An unknown key counts as one.
 */
export function firstIssues(issues: readonly Issue[], most: number): { first: Issue[]; notListed: number } {
  const first: Issue[] = [];
  let room = most;
  let notListed = 0;
  for (const issue of issues) {
    const found = issue.code === 'unrecognized_keys' ? issue.keys.length : 1;
    const taken = Math.min(found, room);
    if (taken > 0)
      first.push(issue.code === 'unrecognized_keys' ? { ...issue, keys: issue.keys.slice(0, taken) } : issue);
    room -= taken;
    notListed += found - taken;
  }
  return { first, notListed };
}
