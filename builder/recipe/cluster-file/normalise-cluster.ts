import type { FileKind } from '../file-kind.ts';
import { defaultOpenwrtVersion } from '../openwrt-device.ts';
import { parseSize } from '../quantity.ts';
import type { FlowRate } from '../resolved-cluster.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type {
  AddressingFields,
  ClusterFields,
  FlowFields,
  ForwardFields,
  GroupFields,
  ManagementFields,
  ReleaseFields,
  RouterFields,
  StaticFields,
  UplinkFields,
} from './cluster-fields.ts';

type Normalise = FileKind<ClusterFields, ClusterFacts, object>['normalise'];

type WrittenRouter = Omit<RouterFields, 'base' | 'openwrt'> & {
  readonly base?: RouterFields['base'];
  readonly openwrt?: Partial<Omit<ReleaseFields, 'rootSize'>> & { readonly rootSize?: string };
};

interface WrittenUplink {
  readonly port: string;
  readonly ipv4?: {
    readonly dhcp?: object;
    readonly static?: Omit<StaticFields, 'kind'>;
    readonly pppoe?: { readonly user: string };
  };
  readonly ipv6?: { readonly advertised?: object; readonly static?: Omit<StaticFields, 'kind'> };
}

type WrittenRate = Pick<FlowRate, 'perSecond'> & Partial<FlowRate>;
type WithRate<T> = Omit<T, 'rate'> & { readonly rate?: WrittenRate };

const noFlow: Omit<FlowFields, 'from' | 'to'> = {
  networks: null,
  service: null,
  tcp: null,
  udp: null,
  tcpRange: null,
  udpRange: null,
  icmp: null,
  families: null,
  rate: null,
};

/** The casts say what the schema has checked. */
export const normaliseCluster: Normalise = {
  name: (written) => written as string,
  description: (written) => written as string,
  authority: (written) => (written ?? []) as string[],
  router: (written) => normaliseRouter(written as WrittenRouter),
  uplink: (written) => (written === undefined ? null : normaliseUplink(written as WrittenUplink)),
  addressing: (written) => ({
    segmentLength: 30,
    ipv6: null,
    ...(written as Pick<AddressingFields, 'ipv4'>),
  }),
  boards: (written) =>
    Object.entries(written as Record<string, Pick<GroupFields, 'appliance' | 'board'>>).map(
      ([name, group]) => ({
        name,
        count: 1,
        ports: null,
        vlans: null,
        firstMac: null,
        macs: null,
        ...group,
      }),
    ),
  flows: (written) =>
    ((written ?? []) as WithRate<FlowFields>[]).map((flow) => ({
      ...noFlow,
      ...flow,
      rate: normaliseRate(flow.rate),
    })),
  forwards: (written) =>
    ((written ?? []) as WithRate<ForwardFields>[]).map((forward) => ({
      ...forward,
      sources: forward.sources ?? null,
      rate: normaliseRate(forward.rate),
    })),
  management: (written) =>
    ((written ?? []) as (Omit<ManagementFields, 'networks'> & Partial<ManagementFields>)[]).map((access) => ({
      networks: null,
      ...access,
    })),
  ssh: (written) => ({ keys: [], ...(written as Partial<ClusterFields['ssh']> | undefined) }),
  dns: (written) => ({ upstream: [], ...(written as Partial<ClusterFields['dns']> | undefined) }),
  time: (written) => ({ upstream: [], ...(written as Partial<ClusterFields['time']> | undefined) }),
};

function normaliseRouter({ openwrt = {}, ...same }: WrittenRouter): RouterFields {
  const { rootSize, ...release } = openwrt;
  return {
    base: 'embedded',
    ...same,
    openwrt: {
      version: defaultOpenwrtVersion,
      device: null,
      fileSystem: 'squashfs',
      packages: [],
      ...release,
      rootSize: parseSize(rootSize ?? '104 MiB'),
    },
  };
}

function normaliseUplink({ port, ipv4, ipv6 }: WrittenUplink): UplinkFields {
  return { port, ipv4: normaliseIpv4(ipv4 ?? {}), ipv6: ipv6 === undefined ? null : normaliseIpv6(ipv6) };
}

function normaliseIpv4({ static: fixed, pppoe }: NonNullable<WrittenUplink['ipv4']>): UplinkFields['ipv4'] {
  if (fixed !== undefined) return { kind: 'static', ...fixed };
  return pppoe === undefined ? { kind: 'dhcp' } : { kind: 'pppoe', ...pppoe };
}

function normaliseIpv6({ static: fixed }: NonNullable<WrittenUplink['ipv6']>): UplinkFields['ipv6'] {
  return fixed === undefined ? { kind: 'router-advertisement' } : { kind: 'static', ...fixed };
}

function normaliseRate(rate: WrittenRate | undefined): FlowRate | null {
  return rate === undefined ? null : { burst: rate.perSecond, ...rate };
}
