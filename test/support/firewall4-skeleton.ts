import type { Policy } from '../../openwrt/policy/policy.ts';

/**
 * The table of firewall4 around what a policy's forwards include, as its order of chains is known (docs/clusters.md): established flows first, then
 * the includes at the head of `forward` and `dstnat`, then the zone by the interface, then what DNAT made, then the policy.
 * @param forward text of the file that `forward` includes; likewise `dstnat`
 */
export function firewall4Skeleton(
  { uplink, boards }: Policy,
  { dstnat, forward }: { readonly dstnat: string; readonly forward: string },
): string {
  const device = uplink!.device;
  return `table inet fw4 {
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		ct state established,related accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
${indented(forward)}		iifname "${device}" jump forward_uplink
${boards.map((board) => `\t\tiifname "${board.device}" jump forward_board\n`).join('')}	}
	chain output {
		type filter hook output priority filter; policy accept;
	}
	chain forward_uplink { }
	chain forward_board { }
	chain dstnat {
		type nat hook prerouting priority dstnat; policy accept;
${indented(dstnat)}	}
	chain srcnat {
		type nat hook postrouting priority srcnat; policy accept;
	}
}
`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '\t\t');
}
