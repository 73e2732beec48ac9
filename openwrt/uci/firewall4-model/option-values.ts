import {
  formatNetwork,
  networkOf,
  parseAddress,
  parseNetwork,
} from '../../../builder/recipe/address/ip-network.ts';

/** firewall4 takes a word for every word that begins so: `A` is accept. null: it is none of them. */
export function byPrefix(text: string, words: readonly string[]): string | null {
  return words.find((word) => text !== '' && word.startsWith(text.toLowerCase())) ?? null;
}

export function truth(text: string | undefined, fallback: boolean): boolean {
  return text === undefined ? fallback : ['1', 'true', 'yes', 'on', 'enabled'].includes(text);
}

export interface AddressValue {
  readonly family: 'ipv4' | 'ipv6';
  /** In CIDR form, `!` in front of what is excluded. */
  readonly text: string;
}

/** null for a text that is no address: firewall4 takes it for the name of a network. */
export function addressValue(text: string): AddressValue | null {
  const excluded = text.startsWith('!');
  const bare = excluded ? text.slice(1).trim() : text;
  const network = parseNetwork(bare) ?? parseAddress(bare);
  if (network === null) return null;
  return { family: network.family, text: `${excluded ? '!' : ''}${formatNetwork(networkOf(network))}` };
}

/** `80` or `8000-8010`; null for anything else, which makes firewall4 skip the section. */
export function portValue(text: string): string | null {
  const match = /^(\d{1,5})(?:[-:](\d{1,5}))?$/.exec(text);
  if (match === null) return null;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (first > last || last > 65535) return null;
  return first === last ? `${first}` : `${first}-${last}`;
}

/** null for a protocol that nft does not know. */
export function protocols(texts: readonly string[]): string[] | null {
  const words = texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
  const named = words.flatMap((word): readonly (string | null)[] => aliases[word.toLowerCase()] ?? [null]);
  return named.includes(null) ? null : (named as string[]);
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  all: ['all'],
  any: ['all'],
  '*': ['all'],
  tcpudp: ['tcp', 'udp'],
  tcp: ['tcp'],
  udp: ['udp'],
  udplite: ['udplite'],
  icmp: ['icmp'],
  icmpv6: ['icmpv6'],
  'ipv6-icmp': ['icmpv6'],
  igmp: ['igmp'],
  sctp: ['sctp'],
  dccp: ['dccp'],
  esp: ['esp'],
  ah: ['ah'],
  gre: ['gre'],
};

const icmpOfIpv6 = [
  'echo-request',
  'echo-reply',
  'router-solicitation',
  'router-advertisement',
  'neighbour-solicitation',
  'neighbour-advertisement',
  'packet-too-big',
  'destination-unreachable',
  'time-exceeded',
];
const icmpOfIpv4 = [
  'echo-request',
  'echo-reply',
  'destination-unreachable',
  'time-exceeded',
  'parameter-problem',
];

/** Whether a type of ICMP is one of a family; others of the same list are left out there. */
export function isIcmpOf(family: 'ipv4' | 'ipv6', type: string): boolean {
  return (family === 'ipv4' ? icmpOfIpv4 : icmpOfIpv6).includes(type);
}
