import { between, type Interval, point } from '../interval.ts';
import { both, type PacketClass } from '../packet-class.ts';
import {
  etherTypes,
  ipv4Base,
  noEthernetHeader,
  noFragmentHeader,
  type PacketField,
  states,
} from '../packet-fields.ts';
import type { Selector } from '../ruleset/selectors.ts';
import type { Stage } from './stage.ts';

/** Where a selector finds its value in some packets. Packets in no case have none: a rule that looks there does not match. */
export interface SelectorCase {
  readonly packets: PacketClass;
  readonly field: PacketField;
  /** The values of the field that stand for a value of the selector. */
  readonly values: (interval: Interval) => readonly Interval[];
  /** Whether the selector finds this value cannot be known from the listing: it may match and may not. */
  readonly perhaps: boolean;
}

/** A selector that has no meaning at this place. */
export class MisplacedSelector extends Error {
  override readonly name = 'MisplacedSelector';
}

const same = (interval: Interval): readonly Interval[] => [interval];
const direct = (field: PacketField, packets: PacketClass = {}): SelectorCase => ({
  packets,
  field,
  values: same,
  perhaps: false,
});
/** Each case where its packets are in one of the classes. */
const within = (classes: readonly PacketClass[], cases: readonly SelectorCase[]): SelectorCase[] =>
  cases.flatMap((one) =>
    classes.flatMap((packets) => {
      const shared = both(one.packets, packets);
      return shared === null ? [] : [{ ...one, packets: shared }];
    }),
  );

const ipv4: PacketClass = { protocol: [point(etherTypes.ipv4)] };
const ipv6: PacketClass = { protocol: [point(etherTypes.ipv6)] };
const arp: PacketClass = { protocol: [point(etherTypes.arp)] };
const ethernet: PacketClass = { sourceMac: [between(0n, noEthernetHeader - 1n)] };
const found: PacketClass = { transport: [between(0n, 255n)] };
const transport = (number: number): PacketClass => ({ transport: [point(number)] });
const portProtocols: PacketClass = { transport: [point(6), point(17)] };
const otherProtocols: PacketClass = { transport: [between(0, 5), between(7, 16), between(18, 255)] };

const related: PacketClass = { state: [point(states.related)] };
const own: PacketClass = { state: [point(states.new), point(states.established)] };
const connected: PacketClass = {
  state: [point(states.new), point(states.established), point(states.related)],
};
const direction = (value: 0 | 1): PacketClass => ({ ...own, direction: [point(value)] });
const dnat = (value: 0 | 1): PacketClass => ({ statusDnat: [point(value)] });
const snat = (value: 0 | 1): PacketClass => ({ statusSnat: [point(value)] });

/** Conntrack changes the destination of these at prerouting and output, and the source of the others at postrouting. */
const turned = (
  original: 'statusDnat' | 'statusSnat',
  reply: 'statusDnat' | 'statusSnat',
  value: 0 | 1,
): PacketClass[] => [
  { direction: [point(0)], [original]: [point(value)] },
  { direction: [point(1)], [reply]: [point(value)] },
];

function destination(stage: Stage, plain: PacketField, translated: PacketField): SelectorCase[] {
  if (!stage.destinationTranslated) return [direct(plain)];
  return [
    ...within(turned('statusDnat', 'statusSnat', 0), [direct(plain)]),
    ...within(turned('statusDnat', 'statusSnat', 1), [direct(translated)]),
  ];
}

function source(stage: Stage): SelectorCase[] {
  if (!stage.sourceTranslated) return [direct('source')];
  return [
    ...within(turned('statusSnat', 'statusDnat', 0), [direct('source')]),
    ...within(turned('statusSnat', 'statusDnat', 1), [direct('translatedSource')]),
  ];
}

/** Packets in which nf_tables finds the transport header: not those that follow the first fragment, nor those that end too early. */
function transportHeader(stage: Stage): PacketClass[] {
  const whole: PacketClass = { truncated: [point(0)], ...found };
  if (stage.defragmented)
    return [
      { ...ipv4, ...whole },
      { ...ipv6, ...whole },
    ];
  const offsetZero4 = Array.from({ length: 8 }, (_, flags) => point(flags << 13));
  return [
    { ...ipv4, ...whole, fragment: offsetZero4 },
    { ...ipv6, ...whole, fragment: [between(0, 7), point(noFragmentHeader)] },
  ];
}

const inTransport = (
  stage: Stage,
  cases: readonly SelectorCase[],
  packets: PacketClass = {},
): SelectorCase[] =>
  within(
    within(transportHeader(stage), [{ ...direct('transport'), packets }]).map((one) => one.packets),
    cases,
  );

const icmpType: SelectorCase = {
  ...direct('sourcePort'),
  values: ({ first, last }) => [between(first << 8n, (last << 8n) | 255n)],
};
const icmpCode: SelectorCase = {
  ...direct('sourcePort'),
  values: ({ first, last }) =>
    Array.from({ length: 256 }, (_, type) =>
      between((BigInt(type) << 8n) | first, (BigInt(type) << 8n) | last),
    ),
};

/** `icmp` selectors: of IPv4; of IPv6 packets with that protocol perhaps, for nft shows no test of the family. */
function icmp(stage: Stage, one: SelectorCase): SelectorCase[] {
  return [
    ...inTransport(stage, within([ipv4], [one]), transport(1)),
    ...inTransport(stage, within([ipv6], [{ ...one, perhaps: true }]), transport(1)),
  ];
}

function icmpv6(stage: Stage, one: SelectorCase): SelectorCase[] {
  return [
    ...inTransport(stage, within([ipv6], [one]), transport(58)),
    ...inTransport(stage, within([ipv4], [{ ...one, perhaps: true }]), transport(58)),
  ];
}

/** Ports of a connection: conntrack holds other things in their place for protocols without ports. */
const ports = (cases: readonly SelectorCase[]): SelectorCase[] => [
  ...within([portProtocols], cases),
  ...within(
    [otherProtocols],
    cases.map((one) => ({ ...one, perhaps: true })),
  ),
];

const connectionSource: SelectorCase[] = [
  direct('connectionSource', related),
  direct('source', direction(0)),
  direct('destination', { ...direction(1), ...snat(0) }),
  direct('translatedDestination', { ...direction(1), ...snat(1) }),
];
const connectionDestination: SelectorCase[] = [
  direct('connectionDestination', related),
  direct('destination', direction(0)),
  direct('source', { ...direction(1), ...dnat(0) }),
  direct('connectionDestination', { ...direction(1), ...dnat(1) }),
];
const connectionDestinationPort: SelectorCase[] = [
  direct('connectionDestinationPort', related),
  ...ports([
    direct('destinationPort', direction(0)),
    direct('sourcePort', { ...direction(1), ...dnat(0) }),
    direct('connectionDestinationPort', { ...direction(1), ...dnat(1) }),
  ]),
];
const answerer: SelectorCase[] = [
  direct('connectionAnswerer', related),
  direct('destination', { ...direction(0), ...dnat(0) }),
  direct('translatedDestination', { ...direction(0), ...dnat(1) }),
  direct('source', direction(1)),
];
const answererPort: SelectorCase[] = [
  direct('connectionAnswererPort', related),
  ...ports([
    direct('destinationPort', { ...direction(0), ...dnat(0) }),
    direct('translatedDestinationPort', { ...direction(0), ...dnat(1) }),
    direct('sourcePort', direction(1)),
  ]),
];

/** What conntrack knows: nothing before it has looked, and at -200 it does. */
function tracked(stage: Stage, selector: Selector, cases: SelectorCase[]): SelectorCase[] {
  if (!stage.tracked)
    throw new MisplacedSelector(`"${selector}" before conntrack (priority -200) is not understood`);
  return cases;
}

/** What putting fragments together changes. */
function beforeDefragmentation(stage: Stage, selector: Selector, cases: SelectorCase[]): SelectorCase[] {
  if (stage.defragmented)
    throw new MisplacedSelector(`"${selector}" after defragmentation (priority -400) is not understood`);
  return cases;
}

/** Where the selector finds its value at this stage, for all packets that have one. The cases are apart from each other. */
export function selectorCases(selector: Selector, stage: Stage): SelectorCase[] {
  const destinationPort = (): SelectorCase[] =>
    destination(stage, 'destinationPort', 'translatedDestinationPort');
  switch (selector) {
    case 'meta iifname':
      return [direct('iif')];
    case 'meta oifname':
      return [direct('oif')];
    case 'meta l4proto':
      return [direct('transport', { ...ipv4, ...found }), direct('transport', { ...ipv6, ...found })];
    case 'meta nfproto':
    case 'meta protocol':
      return [direct('protocol')];
    case 'meta pkttype':
      return [direct('packetType')];
    case 'ether type':
      return [direct('protocol', ethernet)];
    case 'ether saddr':
      return [direct('sourceMac', ethernet)];
    case 'ether daddr':
      return [direct('destinationMac', ethernet)];
    case 'ip saddr':
      return within([ipv4], source(stage));
    case 'ip6 saddr':
      return within([ipv6], source(stage));
    case 'ip daddr':
      return within([ipv4], destination(stage, 'destination', 'translatedDestination'));
    case 'ip6 daddr':
      return within([ipv6], destination(stage, 'destination', 'translatedDestination'));
    case 'ip protocol':
      return [direct('transport', ipv4)];
    case 'ip ttl':
      return [direct('hopLimit', ipv4)];
    case 'ip6 hoplimit':
      return [direct('hopLimit', ipv6)];
    case 'ip frag-off':
      return beforeDefragmentation(stage, selector, [direct('fragment', ipv4)]);
    case 'ip hdrlength':
      return [direct('headerLength', ipv4)];
    case 'ip6 nexthdr':
      return beforeDefragmentation(stage, selector, [direct('nextHeader', ipv6)]);
    case 'frag exists':
      return beforeDefragmentation(stage, selector, [
        {
          ...direct('fragment', ipv6),
          values: ({ first, last }) => [
            ...(first === 0n ? [point(noFragmentHeader)] : []),
            ...(last === 1n ? [between(0n, noFragmentHeader - 1n)] : []),
          ],
        },
      ]);
    case 'th sport':
      return inTransport(stage, [direct('sourcePort')]);
    case 'th dport':
      return inTransport(stage, destinationPort());
    case 'tcp sport':
      return inTransport(stage, [direct('sourcePort')], transport(6));
    case 'tcp dport':
      return inTransport(stage, destinationPort(), transport(6));
    case 'udp sport':
      return inTransport(stage, [direct('sourcePort')], transport(17));
    case 'udp dport':
      return inTransport(stage, destinationPort(), transport(17));
    case 'tcp flags':
      return inTransport(stage, [direct('tcpFlags')], transport(6));
    case 'icmp type':
      return icmp(stage, icmpType);
    case 'icmp code':
      return icmp(stage, icmpCode);
    case 'icmpv6 type':
      return icmpv6(stage, icmpType);
    case 'icmpv6 code':
      return icmpv6(stage, icmpCode);
    case 'icmpv6 taddr':
      return inTransport(stage, [
        direct('neighbourTarget', { neighbourTarget: [between(0n, ipv4Base - 1n)] }),
      ]);
    case 'arp htype':
      return [direct('arpHardware', arp)];
    case 'arp ptype':
      return [direct('arpProtocol', arp)];
    case 'arp hlen':
      return [direct('arpHardwareLength', arp)];
    case 'arp plen':
      return [direct('arpProtocolLength', arp)];
    case 'arp operation':
      return [direct('arpOperation', arp)];
    case 'arp saddr ether':
      return [direct('arpSenderMac', arp)];
    case 'arp saddr ip':
      return [direct('source', arp)];
    case 'arp daddr ether':
      return [direct('arpTargetMac', arp)];
    case 'arp daddr ip':
      return [direct('destination', arp)];
    case 'ct state':
      return tracked(stage, selector, [direct('state')]);
    case 'ct status':
      return tracked(stage, selector, [
        { ...direct('statusDnat', connected), values: ({ first }) => (first === 32n ? [point(1)] : []) },
        { ...direct('statusSnat', connected), values: ({ first }) => (first === 16n ? [point(1)] : []) },
        { ...direct('statusConfirmed', connected), values: ({ first }) => (first === 8n ? [point(1)] : []) },
      ]);
    case 'ct direction':
      return tracked(stage, selector, [direct('direction', connected)]);
    case 'ct protocol':
      return tracked(stage, selector, [direct('connectionTransport', related), direct('transport', own)]);
    case 'ct original ip saddr':
      return tracked(stage, selector, within([ipv4], connectionSource));
    case 'ct original ip6 saddr':
      return tracked(stage, selector, within([ipv6], connectionSource));
    case 'ct original ip daddr':
      return tracked(stage, selector, within([ipv4], connectionDestination));
    case 'ct original ip6 daddr':
      return tracked(stage, selector, within([ipv6], connectionDestination));
    case 'ct original proto-dst':
      return tracked(stage, selector, connectionDestinationPort);
    case 'ct reply ip saddr':
      return tracked(stage, selector, within([ipv4], answerer));
    case 'ct reply ip6 saddr':
      return tracked(stage, selector, within([ipv6], answerer));
    case 'ct reply proto-src':
      return tracked(stage, selector, answererPort);
    case 'fib daddr . iif type':
      // The kernel refuses it at other hooks (nft_fib_validate).
      if (stage.hook === 'output' || stage.hook === 'postrouting')
        throw new MisplacedSelector(`"${selector}" at ${stage.hook} is not understood`);
      return within([ipv4, ipv6], destination(stage, 'destinationType', 'translatedDestinationType'));
  }
}
