import ipaddr from 'ipaddr.js';

export type Family = 'ipv4' | 'ipv6';

/** An address or a network as a number, so that it can be counted and compared. */
export interface IpNetwork {
  readonly family: Family;
  /** The address as written; the network's own if the host bits are zero. */
  readonly address: bigint;
  readonly prefixLength: number;
}

/** Bits of an address. */
export const addressBits: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/** @param text `10.0.0.0/24` or `fd00::/48` @returns null for what is no network */
export function parseNetwork(text: string): IpNetwork | null {
  const [address, length, ...rest] = text.split('/');
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length ?? '')) return null;
  const parsed = parseAddress(address!);
  const prefixLength = Number(length);
  if (parsed === null || prefixLength > addressBits[parsed.family]) return null;
  return { ...parsed, prefixLength };
}

/** @param text an address without a prefix length @returns null for what is none; short forms such as `10.1` are none */
export function parseAddress(text: string): IpNetwork | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ofBytes('ipv4', ipaddr.IPv4.parse(text).toByteArray());
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  return ofBytes('ipv6', ipaddr.IPv6.parse(text).toByteArray());
}

/** The shortest usual form, RFC 5952 for IPv6. */
export function formatAddress(family: Family, address: bigint): string {
  const bytes = Array.from({ length: addressBits[family] / 8 }, (_, index) =>
    Number((address >> BigInt(addressBits[family] - 8 * (index + 1))) & 0xffn),
  );
  return family === 'ipv4' ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** As written, host bits and all. */
export function formatNetwork({ family, address, prefixLength }: IpNetwork): string {
  return `${formatAddress(family, address)}/${prefixLength}`;
}

/** The network that an address with a prefix length lies in. */
export function networkOf(network: IpNetwork): IpNetwork {
  return { ...network, address: (network.address >> hostBits(network)) << hostBits(network) };
}

/** First address after a network. */
export function endOf(network: IpNetwork): bigint {
  return networkOf(network).address + (1n << hostBits(network));
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: IpNetwork, inner: IpNetwork): boolean {
  return (
    outer.family === inner.family &&
    outer.prefixLength <= inner.prefixLength &&
    networkOf({ ...inner, prefixLength: outer.prefixLength }).address === networkOf(outer).address
  );
}

/** Whether two networks have an address in common: one of them is then within the other. */
export function overlaps(a: IpNetwork, b: IpNetwork): boolean {
  return contains(a, b) || contains(b, a);
}

/** Networks in CIDR form without those that lie in another of them, in their order: nft may refuse intervals that overlap. */
export function outermostNetworks(texts: readonly string[]): string[] {
  const networks = texts.map((text) => parseNetwork(text)!);
  return texts.filter((_, index) => {
    const network = networks[index]!;
    return !networks.some(
      (other, at) => at !== index && contains(other, network) && (!contains(network, other) || at < index),
    );
  });
}

/** By family and address; for sorting. */
export function compareNetworks(a: IpNetwork, b: IpNetwork): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1;
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  return a.prefixLength - b.prefixLength;
}

function hostBits({ family, prefixLength }: IpNetwork): bigint {
  return BigInt(addressBits[family] - prefixLength);
}

function ofBytes(family: Family, bytes: readonly number[]): IpNetwork {
  const address = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family, address, prefixLength: addressBits[family] };
}
