import ipaddr from 'ipaddr.js';

/**
 * What an address is to us. `forbidden` ones are never spoken to: cloud metadata services, link-local,
 * multicast, unspecified and reserved ones, and tunnels that hide where they lead.
 */
export type AddressClass = 'public' | 'private' | 'forbidden';

/** Services of clouds that hand out credentials, at addresses that look like any other. */
const metadata = new Set([
  '169.254.169.254',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
]);

const privateRanges = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);

/** Classifies the text of an IPv4 or IPv6 address by where a connection to it would end up. */
export function classifyAddress(text: string): AddressClass {
  if (!ipaddr.isValid(text)) return 'forbidden';
  const parsed = ipaddr.parse(text);
  const address = parsed instanceof ipaddr.IPv6 ? reachedThrough(parsed) : parsed;
  if (metadata.has(address.toString())) return 'forbidden';
  const range = address.range();
  if (range === 'unicast') return isIpv4Compatible(address) ? 'forbidden' : 'public';
  return privateRanges.has(range) ? 'private' : 'forbidden';
}

/** The IPv4 address that an IPv4-mapped (RFC 4291) or NAT64 (RFC 6052) address stands for. */
function reachedThrough(address: ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const range = address.range();
  if (range === 'ipv4Mapped') return address.toIPv4Address();
  const bytes = address.toByteArray();
  // Only the well-known prefix: in a local one (RFC 8215) the IPv4 part may lie elsewhere.
  const isWellKnown = bytes.slice(4, 12).every((byte) => byte === 0);
  if (range === 'rfc6052' && isWellKnown) return new ipaddr.IPv4(bytes.slice(12));
  return address;
}

/** ::a.b.c.d (RFC 4291 section 2.5.5.1), deprecated, and routed by some systems all the same. */
function isIpv4Compatible(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return (
    address instanceof ipaddr.IPv6 &&
    address
      .toByteArray()
      .slice(0, 12)
      .every((byte) => byte === 0)
  );
}
