/** Which addresses the service may call on behalf of others: those of the public internet, and no other. */
import ipaddr from 'ipaddr.js';

/** Public by its number, but answered inside a cloud alone: Azure's service for its machines. */
const insideClouds = new Set(['168.63.129.16']);

/** What IPv6 gives out to the public (RFC 4291); all other unicast is local, or carries an IPv4 address. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address belongs to the public internet. Loopback, private, link-local, shared (CGNAT), multicast, documentation
 * and reserved ones do not, nor do those that carry an IPv4 address (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6 ? address.match(globalUnicast) : !insideClouds.has(address.toString());
}
