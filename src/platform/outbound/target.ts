import { lookup as lookUp } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.js';

/** Finds the addresses of a name. */
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

/** As the machine itself finds them. */
export const systemResolve: Resolve = (host) => lookUp(host, { all: true });

/** Whom the service may call. */
export interface OutboundRules {
  /** Addresses of this machine and of private networks too, and `http`. */
  allowPrivate: boolean;
  resolve: Resolve;
}

export type TargetFault = 'not-https' | 'with-credentials' | 'not-public';

/** A name whose addresses include one that may not be called. */
export class AddressNotAllowed extends Error {}

/**
 * The addresses of a host, when all of them may be called. Whoever connects, connects to one of these and does not look
 * the name up again: the next answer may be another.
 * @throws AddressNotAllowed, and whatever the look-up throws
 */
export async function allowedAddresses(
  host: string,
  { allowPrivate, resolve }: OutboundRules,
): Promise<{ address: string; family: number }[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  const found = family === 0 ? await resolve(bare) : [{ address: bare, family }];
  if (!allowPrivate && found.some(({ address }) => !isPublicAddress(address))) throw new AddressNotAllowed(host);
  return found;
}

/** What is wrong with a URL that somebody wants to have called, as far as it can be known now; null when nothing is. */
export async function faultOfTarget(text: string, rules: OutboundRules): Promise<TargetFault | null> {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'with-credentials';
  if (url.protocol !== 'https:' && !(rules.allowPrivate && url.protocol === 'http:')) return 'not-https';
  if (rules.allowPrivate) return null;
  try {
    await allowedAddresses(url.hostname, rules);
    return null;
  } catch (error) {
    // A name that is not there yet may come; each call looks again.
    return error instanceof AddressNotAllowed ? 'not-public' : null;
  }
}
