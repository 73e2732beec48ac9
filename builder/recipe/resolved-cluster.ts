import type { Family } from './address/ip-network.ts';
import type { PortRange } from './address/port-range.ts';
import type { OpenwrtDevice } from './openwrt-device.ts';
import type { ResolvedBoard } from './resolved-board.ts';
import type { ResolvedRecipe } from './resolved-recipe.ts';

/** A cluster's file after validation and normalisation, groups expanded. Frozen; nothing after `recipe/` reads YAML. */
export interface ResolvedCluster {
  /** Lower-case DNS label, as its file is named: units are `cxo-1.cluster` in its own DNS. */
  readonly name: string;
  readonly description: string;
  /** Public keys (minisign's line `RW…`) that all its images take certificates of batches from, sorted; empty: each recipe's own. */
  readonly authorities: readonly string[];
  readonly router: ClusterRouter;
  /** null: the cluster has no way out. */
  readonly uplink: ClusterUplink | null;
  readonly addressing: {
    readonly ipv4: string;
    readonly segmentLength: number;
    readonly ipv6: string | null;
  };
  /** In the file's order. */
  readonly groups: readonly BoardGroup[];
  /** In the file's order; not yet a flow for each pair of boards (`unitFlows` in cluster-file/ makes these). */
  readonly flows: readonly ClusterFlow[];
  readonly forwards: readonly ClusterForward[];
  readonly management: readonly ClusterManagement[];
  /** Public keys of who may log in where `management` names SSH, one line each as authorized_keys has them. */
  readonly ssh: { readonly keys: readonly string[] };
  /** Addresses of resolvers that the router asks; empty: those that the uplink gives. */
  readonly dns: { readonly upstream: readonly string[] };
  /** Addresses of NTP servers that the router asks; empty: it keeps its own clock. */
  readonly time: { readonly upstream: readonly string[] };
}

export interface ClusterRouter {
  readonly board: ResolvedBoard;
  readonly base: 'embedded' | 'openwrt';
  /** Interfaces of the router by the kernel's names, uplink included. */
  readonly ports: readonly string[];
  readonly openwrt: ClusterRelease;
}

/** Which release of OpenWrt, should the router be one. */
export interface ClusterRelease {
  readonly version: string;
  /** null: neither the cluster's file nor the board's says what OpenWrt calls it; the base is `embedded` then. */
  readonly device: OpenwrtDevice | null;
  readonly fileSystem: 'squashfs' | 'ext4';
  readonly rootMiB: number;
  /** Besides those that the policy needs, sorted. */
  readonly packages: readonly string[];
}

export interface ClusterUplink {
  readonly port: string;
  readonly ipv4:
    | { readonly kind: 'dhcp' }
    | StaticUplink
    /** Its password is given when a unit is burnt; it is in no file. */
    | { readonly kind: 'pppoe'; readonly user: string };
  /** null: all IPv6 of the uplink is dropped. */
  readonly ipv6: { readonly kind: 'router-advertisement' } | StaticUplink | null;
}

export interface StaticUplink {
  readonly kind: 'static';
  /** Shortest usual form, without a prefix length. */
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

/** Boards with one role. */
export interface BoardGroup {
  readonly name: string;
  readonly recipe: ResolvedRecipe;
  readonly board: ResolvedBoard;
  readonly units: readonly ClusterUnit[];
}

/** One board. */
export interface ClusterUnit {
  /** `cxo-1`, `cxo-2`…; a group of one board has the group's own name. */
  readonly name: string;
  /** Lower-case, colons. */
  readonly mac: string;
  readonly attachment:
    | { readonly kind: 'port'; readonly port: string }
    | { readonly kind: 'vlan'; readonly trunk: string; readonly id: number };
  readonly ipv4: UnitAddresses;
  readonly ipv6: UnitAddresses | null;
}

/** Of a segment: addresses in their shortest usual form. */
export interface UnitAddresses {
  readonly router: string;
  readonly board: string;
  readonly prefixLength: number;
}

/** What one entry of `flows` opens: from each unit named to each other unit named, or to the uplink. */
export interface ClusterFlow {
  /** Names of units, in the order of the groups. */
  readonly from: readonly string[];
  readonly to: { readonly kind: 'boards'; readonly names: readonly string[] } | UplinkNetworks;
  /** The service's name if the file gives one, else null. */
  readonly service: string | null;
  readonly match: FlowMatch;
  readonly families: readonly Family[];
  readonly rate: FlowRate | null;
  readonly origin: FilePlace;
}

/** Networks in CIDR form, sorted, none within another; empty: all. */
export interface UplinkNetworks {
  readonly kind: 'uplink';
  readonly networks: readonly string[];
}

export type FlowMatch =
  | { readonly protocol: 'tcp' | 'udp'; readonly ports: readonly PortRange[] }
  | { readonly protocol: 'icmp-echo' };

export interface FlowRate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface ClusterForward {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Name of a unit, and the port of its service. */
  readonly to: { readonly name: string; readonly service: string; readonly port: number };
  /** IPv4 networks, sorted; empty: all. */
  readonly sources: readonly string[];
  readonly rate: FlowRate | null;
  readonly origin: FilePlace;
}

export interface ClusterManagement {
  readonly service: 'ssh' | 'web';
  readonly port: number;
  readonly from: { readonly kind: 'boards'; readonly names: readonly string[] } | UplinkNetworks;
  readonly origin: FilePlace;
}

/** Where the cluster's file says something. */
export interface FilePlace {
  /** The file's name without its folder: the same cluster is the same value in any place. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}
