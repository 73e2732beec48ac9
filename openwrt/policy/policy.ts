/**
 * What a cluster's router forwards, accepts and sends: all of it, in one canonical form. Whatever is not named here is dropped.
 * Made from a resolved cluster; the UCI, the nftables ruleset, the words, the matrix and the proof are made from it and from nothing else.
 * Lists are sorted by their `id` or `name`; the same cluster gives the same value on any machine.
 */
export interface Policy {
  readonly cluster: string;
  /** The way out; null for a cluster that has none. */
  readonly uplink: UplinkLink | null;
  /** Every board is a segment of its own: one link, one board, one MAC, one address a family. */
  readonly boards: readonly BoardLink[];
  /** Forwarded between links. Each is a direction: replies of its connections pass, nothing else comes back. */
  readonly flows: readonly Flow[];
  /** Of the router's own uplink address, to boards. There is no other address translation but the masquerade of what leaves through the uplink. */
  readonly forwards: readonly PortForward[];
  readonly router: RouterServices;
}

export interface BoardLink {
  /** The unit's name, a lower-case DNS label: `cxo-1`. */
  readonly name: string;
  /** Kernel's name of the router's interface, at most 15 bytes: `eth1`, `eth1.10`. */
  readonly device: string;
  readonly attachment:
    | { readonly kind: 'port' }
    /** Tagged with `id` (1 to 4094) on the port `trunk`. */
    | { readonly kind: 'vlan'; readonly trunk: string; readonly id: number };
  /** Lower-case, colons. */
  readonly mac: string;
  readonly ipv4: SegmentAddresses;
  /** null: all IPv6 of the segment is dropped. */
  readonly ipv6: SegmentAddresses | null;
}

/** Addresses in their shortest usual form (RFC 5952 for IPv6), without a prefix length. */
export interface SegmentAddresses {
  readonly router: string;
  readonly board: string;
  readonly prefixLength: number;
}

export interface UplinkLink {
  /** The kernel's name of the interface that packets leave through: the port's, or `pppoe-uplink`. */
  readonly device: string;
  readonly ipv4:
    | { readonly kind: 'dhcp' }
    /** Dialled over `port`. The password is given when a unit is burnt. */
    | { readonly kind: 'pppoe'; readonly port: string; readonly user: string }
    | StaticAddress;
  /** null: all IPv6 of the uplink is dropped. */
  readonly ipv6: { readonly kind: 'router-advertisement' } | StaticAddress | null;
}

export interface StaticAddress {
  readonly kind: 'static';
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

export interface Flow {
  /** Unique in the policy, `[a-z0-9_]+`, at most 96 characters: the name of its counter. */
  readonly id: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly from: BoardEnd;
  readonly to: BoardEnd | UplinkEnd;
  readonly match: PortMatch | { readonly protocol: 'icmp-echo' };
  /** Most new connections a second that pass; null for no limit. */
  readonly rate: ConnectionRate | null;
  readonly origin: Origin;
}

export interface BoardEnd {
  readonly kind: 'board';
  readonly name: string;
}

export interface UplinkEnd {
  readonly kind: 'uplink';
  /** Networks in CIDR form, of the flow's family, sorted, none within another; empty: any globally reachable address (docs/router-policy.md), so not the network in which the router stands. */
  readonly networks: readonly string[];
}

export interface PortMatch {
  readonly protocol: 'tcp' | 'udp';
  /** Destination ports, ascending, not touching each other. Never empty: a match of all ports is `1-65535`. */
  readonly ports: readonly PortRange[];
}

/** Both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface ConnectionRate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface PortForward {
  /** As a flow's. */
  readonly id: string;
  readonly protocol: 'tcp' | 'udp';
  /** Of the router's IPv4 address on the uplink. */
  readonly port: number;
  readonly to: { readonly name: string; readonly port: number };
  /** IPv4 networks that may use it, in CIDR form, sorted; empty: any that is not a martian. */
  readonly sources: readonly string[];
  readonly rate: ConnectionRate | null;
  readonly origin: Origin;
}

/** What the router itself does. Boards' names are sorted. */
export interface RouterServices {
  /** DHCPv4 is answered on every board's link, and router advertisements are sent where it has IPv6. */
  readonly dns: {
    /** Boards that may ask for names of the cluster. */
    readonly local: readonly string[];
    /** Boards of those that may ask for any name: the ones with a flow to the uplink. */
    readonly forwarded: readonly string[];
    /** Resolvers (addresses) that the router asks, at port 53 through the uplink; empty: those that DHCP gave. Not used if `forwarded` is empty. */
    readonly upstream: readonly string[];
  };
  readonly time: {
    /** Boards that may ask the router for the time (udp 123). */
    readonly served: readonly string[];
    /** NTP servers (addresses) that the router asks through the uplink; empty: it keeps its own clock. */
    readonly upstream: readonly string[];
  };
  /** Who may open TCP connections to the router. Empty unless the cluster's file names it. */
  readonly management: readonly ManagementAccess[];
}

export interface ManagementAccess {
  readonly id: string;
  readonly from: BoardEnd | UplinkEnd;
  /** What is served there: only the `openwrt` base has such services. */
  readonly service: 'ssh' | 'web';
  readonly port: number;
  readonly origin: Origin;
}

/** Where the cluster's file says so. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
