/** What the limits are called and allow, and the header fields that say so (draft-ietf-httpapi-ratelimit-headers-10). */

/** So many requests in so many seconds; without seconds, so many at once. */
export interface Policy {
  name: string;
  quota: number;
  windowSeconds: number | null;
}

/** What is left of a policy, and in how many seconds there is more; null where that cannot be known. */
export interface Standing {
  policy: Policy;
  remaining: number;
  resetSeconds: number | null;
}

/** How much a caller, or an address before it is known who calls, may ask. A quota of 0 is no limit. */
export interface LimitQuotas {
  perMinute: number;
  burst: number;
  bulkPerMinute: number;
  bulkAtOnce: number;
  addressPerMinute: number;
  signInFailures: number;
}

/**
 * The policies by what they are for. Of the two for interactive work one bounds what a caller may do in the long run, the other
 * how much of it at once.
 */
export function policiesOf(quotas: LimitQuotas) {
  return {
    interactiveBurst: { name: 'interactive-burst', quota: quotas.burst, windowSeconds: 10 },
    interactive: { name: 'interactive', quota: quotas.perMinute, windowSeconds: 60 },
    bulk: { name: 'bulk', quota: quotas.bulkPerMinute, windowSeconds: 60 },
    bulkAtOnce: { name: 'bulk-at-once', quota: quotas.bulkAtOnce, windowSeconds: null },
    address: { name: 'address', quota: quotas.addressPerMinute, windowSeconds: 60 },
    signInFailures: { name: 'sign-in-failures', quota: quotas.signInFailures, windowSeconds: 60 },
  } as const satisfies Record<string, Policy>;
}

/** The value of `RateLimit-Policy`: a List of Strings with parameters (RFC 9651). */
export function policyField(standings: readonly Standing[]): string {
  return standings.map(({ policy }) => textOf(policy)).join(', ');
}

/** The value of `RateLimit`. */
export function limitField(standings: readonly Standing[]): string {
  return standings
    .map(({ policy, remaining, resetSeconds }) =>
      resetSeconds === null ? `"${policy.name}";r=${remaining}` : `"${policy.name}";r=${remaining};t=${resetSeconds}`,
    )
    .join(', ');
}

function textOf({ name, quota, windowSeconds }: Policy): string {
  return windowSeconds === null
    ? `"${name}";q=${quota};qu="concurrent-requests"`
    : `"${name}";q=${quota};w=${windowSeconds}`;
}
