/**
 * Blocks of the special-purpose address registries (RFC 6890, as updated by RFC 8190), lowest address first. A registry's entry says for each
 * block whether it may be forwarded and whether it is globally reachable.
 */

/** Never a source or destination on the uplink: "Forwardable: False", and multicast (RFC 5771). */
export const martiansIpv4: readonly string[] = [
  '0.0.0.0/8', // "this network", RFC 1122
  '127.0.0.0/8', // loopback, RFC 1122
  '169.254.0.0/16', // link-local, RFC 3927
  '192.0.0.0/24', // protocol assignments, RFC 6890
  '192.0.2.0/24', // documentation, RFC 5737
  '198.51.100.0/24', // documentation, RFC 5737
  '203.0.113.0/24', // documentation, RFC 5737
  '224.0.0.0/4', // multicast, RFC 5771
  '240.0.0.0/4', // reserved and limited broadcast, RFC 1112, RFC 919
];

/** Forwardable, but not globally reachable: no part of "any address" of a flow to the uplink. */
export const privateIpv4: readonly string[] = [
  '10.0.0.0/8', // RFC 1918
  '100.64.0.0/10', // shared address space, RFC 6598
  '172.16.0.0/12', // RFC 1918
  '192.168.0.0/16', // RFC 1918
  '198.18.0.0/15', // benchmarking, RFC 2544
];

/** As `martiansIpv4`; 100::/64 may be forwarded, but only to be discarded. */
export const martiansIpv6: readonly string[] = [
  '::/127', // unspecified and loopback, RFC 4291
  '::ffff:0:0/96', // IPv4-mapped, RFC 4291
  '100::/64', // discard-only, RFC 6666
  '2001::/23', // protocol assignments, RFC 2928
  '2001:db8::/32', // documentation, RFC 3849
  'fe80::/10', // link-local, RFC 4291
  'ff00::/8', // multicast, RFC 4291
];

/** As `privateIpv4`. */
export const privateIpv6: readonly string[] = [
  '64:ff9b:1::/48', // local translation, RFC 8215
  'fc00::/7', // unique local, RFC 4193
];
