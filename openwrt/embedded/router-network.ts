import type { RouterLink, RouterNetwork } from '../../builder/recipe/machine-network.ts';
import { connectionTableSize } from '../nft/compile-ruleset.ts';
import type { BoardLink, Policy, UplinkLink } from '../policy/policy.ts';

/** The links of a cluster's router, the uplink first. */
export function routerNetwork(policy: Policy): RouterNetwork {
  return {
    links: [...(policy.uplink === null ? [] : [uplinkOf(policy.uplink)]), ...policy.boards.map(boardLinkOf)],
    forwarded: policy.boards.some(({ ipv6 }) => ipv6 !== null) ? ['ipv4', 'ipv6'] : ['ipv4'],
    connections: connectionTableSize(policy),
    timeServers: policy.router.time.upstream,
    servesTime: policy.router.time.served.length > 0,
  };
}

function uplinkOf({ device, ipv4, ipv6 }: UplinkLink): RouterLink {
  // PPPoE is for the base of OpenWrt alone: the cluster's rules refuse it here.
  if (ipv4.kind === 'pppoe') throw new Error('the embedded router has no PPPoE');
  return { device, vlan: null, ipv4, ipv6 };
}

function boardLinkOf({ device, attachment, ipv4, ipv6 }: BoardLink): RouterLink {
  return {
    device,
    vlan: attachment.kind === 'vlan' ? { trunk: attachment.trunk, id: attachment.id } : null,
    ipv4: { kind: 'static', address: ipv4.router, prefixLength: ipv4.prefixLength, gateway: null },
    ipv6:
      ipv6 === null
        ? null
        : { kind: 'static', address: ipv6.router, prefixLength: ipv6.prefixLength, gateway: null },
  };
}
