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
  for (const issue of withoutLaxerBounds(issues)) {
    const found = issue.code === 'unrecognized_keys' ? issue.keys.length : 1;
    const taken = Math.min(found, room);
    if (taken > 0)
      first.push(issue.code === 'unrecognized_keys' ? { ...issue, keys: issue.keys.slice(0, taken) } : issue);
    room -= taken;
    notListed += found - taken;
  }
  return { first, notListed };
}

/**
 * Issues without the bound that every whole number has, where a narrower one is broken as well: of two bounds for one value
 * people need one.
 */
export function withoutLaxerBounds(issues: readonly Issue[]): Issue[] {
  // The checks of one value run in turn, so what they found lies side by side: looking no further keeps long lists cheap.
  return issues.filter(
    (issue, at) => !isBoundOfAllWholeNumbers(issue) || ![issues[at - 1], issues[at + 1]].some(isSameBoundAs(issue)),
  );
}

function isSameBoundAs(issue: Issue): (other: Issue | undefined) => boolean {
  return (other) => other?.code === issue.code && isSamePath(other.path, issue.path);
}

function isBoundOfAllWholeNumbers(issue: Issue): boolean {
  if (issue.code === 'too_big') return issue.maximum === Number.MAX_SAFE_INTEGER;
  return issue.code === 'too_small' && issue.minimum === Number.MIN_SAFE_INTEGER;
}

function isSamePath(one: readonly PropertyKey[], other: readonly PropertyKey[]): boolean {
  return one.length === other.length && one.every((segment, at) => segment === other[at]);
}
