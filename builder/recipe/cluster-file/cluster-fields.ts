import type { Family } from '../address/ip-network.ts';
import type { OpenwrtDevice } from '../openwrt-device.ts';
import type { FlowRate } from '../resolved-cluster.ts';
import { ruleMaker } from '../rule.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** The fields of a cluster's file, by their names there, with defaults filled in; ranges, counts and addresses as they are written. */
export interface ClusterFields {
  readonly name: string;
  readonly description: string;
  /** In the file's order. */
  readonly authority: readonly string[];
  readonly router: RouterFields;
  readonly uplink: UplinkFields | null;
  readonly addressing: AddressingFields;
  /** In the file's order. */
  readonly boards: readonly GroupFields[];
  readonly flows: readonly FlowFields[];
  readonly forwards: readonly ForwardFields[];
  readonly management: readonly ManagementFields[];
  readonly ssh: { readonly keys: readonly string[] };
  readonly dns: { readonly upstream: readonly string[] };
  readonly time: { readonly upstream: readonly string[] };
}

export interface RouterFields {
  readonly board: string;
  readonly base: 'embedded' | 'openwrt';
  readonly ports: readonly string[];
  readonly openwrt: ReleaseFields;
}

/** `device` is null if it is the board's. */
export interface ReleaseFields {
  readonly version: string;
  readonly device: OpenwrtDevice | null;
  readonly fileSystem: 'squashfs' | 'ext4';
  /** Bytes. */
  readonly rootSize: number;
  readonly packages: readonly string[];
}

export interface UplinkFields {
  readonly port: string;
  readonly ipv4: { readonly kind: 'dhcp' } | StaticFields | { readonly kind: 'pppoe'; readonly user: string };
  readonly ipv6: { readonly kind: 'router-advertisement' } | StaticFields | null;
}

export interface StaticFields {
  readonly kind: 'static';
  /** With the length of its prefix. */
  readonly address: string;
  readonly gateway: string;
}

export interface AddressingFields {
  readonly ipv4: string;
  readonly segmentLength: number;
  readonly ipv6: string | null;
}

/** What is null is left out in the file. */
export interface GroupFields {
  readonly name: string;
  readonly appliance: string;
  readonly board: string;
  readonly count: number;
  readonly ports: readonly string[] | null;
  readonly vlans: { readonly trunk: string; readonly first: number } | null;
  readonly firstMac: string | null;
  readonly macs: readonly string[] | null;
}

export interface FlowFields {
  readonly from: string;
  readonly to: string;
  readonly networks: readonly string[] | null;
  readonly service: string | null;
  readonly tcp: readonly number[] | null;
  readonly udp: readonly number[] | null;
  readonly tcpRange: string | null;
  readonly udpRange: string | null;
  readonly icmp: 'echo' | null;
  readonly families: readonly Family[] | null;
  readonly rate: FlowRate | null;
}

export interface ForwardFields {
  readonly port: number;
  readonly to: string;
  readonly service: string;
  readonly sources: readonly string[] | null;
  readonly rate: FlowRate | null;
}

export interface ManagementFields {
  readonly service: 'ssh' | 'web';
  readonly from: string;
  readonly networks: readonly string[] | null;
}

/** As an end of a flow: what is out there. */
export const uplinkName = 'uplink';

export const clusterRule = ruleMaker<ClusterFields, ClusterFacts>();
