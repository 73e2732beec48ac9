/** How a machine is connected, and what its kernel lets through: init does it before anything else runs. */
export interface MachineNetwork {
  /** A batch of nf_tables messages in base64, sent before any link comes up; if the kernel refuses it, none does. null: nothing is filtered. */
  readonly ruleset: string | null;
  /** What the ruleset and the links need of a kernel that has modules, in load order; what they depend on is added by the build. */
  readonly modules: readonly string[];
  /**
   * Of a board: the last bits of its IPv6 address, `::2`, to which a router advertisement gives the first ones; null: IPv6 is off. A router says it
   * by link.
   */
  readonly ipv6Suffix: string | null;
  /** null: one Ethernet link, whichever there is, with DHCP. */
  readonly router: RouterNetwork | null;
}

export interface RouterNetwork {
  /** At most one of them with DHCP. */
  readonly links: readonly RouterLink[];
  /** Families whose packets go from link to link. */
  readonly forwarded: readonly ('ipv4' | 'ipv6')[];
  /** How many connections its kernel has to be able to track at one time. */
  readonly connections: number;
  /** IPv4 addresses of NTP servers that it asks; none: it keeps its own clock. */
  readonly timeServers: readonly string[];
  /** Whether it tells others the time. */
  readonly servesTime: boolean;
}

export interface RouterLink {
  /** The kernel's name, at most 15 bytes. */
  readonly device: string;
  /** null: the device is a port. */
  readonly vlan: { readonly trunk: string; readonly id: number } | null;
  readonly ipv4: StaticIpv4 | { readonly kind: 'dhcp' };
  /** null: IPv6 is off on this link. A static one without a gateway advertises its prefix. */
  readonly ipv6: StaticIpv6 | { readonly kind: 'router-advertisement' } | null;
}

export interface StaticIpv4 {
  readonly kind: 'static';
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string | null;
}

export interface StaticIpv6 {
  readonly kind: 'static';
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string | null;
}

export const ordinaryNetwork: MachineNetwork = { ruleset: null, modules: [], ipv6Suffix: null, router: null };

/** Whether a machine has IPv6 on any link. */
export function hasIpv6({ ipv6Suffix, router }: MachineNetwork): boolean {
  return ipv6Suffix !== null || (router?.links.some(({ ipv6 }) => ipv6 !== null) ?? false);
}
