import type { Policy } from '../../openwrt/policy/policy.ts';
import { linkLocalAddress } from '../network/address-bytes.ts';
import { decodeArp, encodeArp, nobody } from '../network/arp.ts';
import { broadcastMac, decodeEthernet, encodeEthernet, etherType } from '../network/ethernet.ts';
import { decodeIcmp, icmpv6Type } from '../network/icmp.ts';
import { decodeIp } from '../network/ip.ts';
import {
  type Neighbour,
  neighbourAdvertisement,
  neighbourSolicitation,
} from '../network/neighbour-discovery.ts';
import { uplinkName } from './cables.ts';
import { strangeMac } from './spoofed-shots.ts';
import { type Standpoint, standpoints } from './standpoint.ts';

/** A frame by which somebody claims an address that is another's, or its own at another MAC. */
export interface PoisonousLie {
  readonly cable: string;
  /** Whose address it is: board, `uplink` or `router`. */
  readonly victim: string;
  readonly what: string;
  readonly frame: Buffer;
  /** Whether a frame of the router on that cable answers it: then the router has believed it. null: it would not be answered by anybody. */
  readonly isAnswer: ((frame: Buffer) => boolean) | null;
}

interface Claim {
  readonly victim: string;
  readonly address: string;
  readonly mac: string;
  readonly what: string;
}

/** Of everybody on its own cable, by ARP and by neighbour discovery where there is IPv6. Pure. */
export function poisonousLies(policy: Policy): PoisonousLie[] {
  const places = standpoints(policy);
  return places.flatMap((liar) => claims(liar, places).flatMap((claim) => liesOf(liar, claim)));
}

function claims(liar: Standpoint, places: readonly Standpoint[]): Claim[] {
  const { mac } = liar;
  const victims = places.filter(({ cable }) => cable !== liar.cable);
  const others = victims.flatMap(({ cable, ipv4, ipv6, router }): Claim[] => [
    ...[ipv4, ...(ipv6 === null || liar.ipv6 === null || cable === uplinkName ? [] : [ipv6])].map(
      (address) => ({
        ...{ victim: cable, address, mac, what: "another's address" },
      }),
    ),
    ...(cable === uplinkName
      ? [{ victim: 'router', address: router.ipv4, mac, what: "the router's address there" }]
      : []),
  ]);
  // The world is many hosts: it may use any MAC.
  if (liar.cable === uplinkName) return others;
  const own = [liar.ipv4, ...(liar.ipv6 === null ? [] : [liar.ipv6])];
  return [
    ...others,
    ...own.map((address) => ({ victim: liar.cable, address, mac: strangeMac, what: 'a strange MAC' })),
  ];
}

function liesOf(liar: Standpoint, claim: Claim): PoisonousLie[] {
  return claim.address.includes(':') ? neighbourLies(liar, claim) : arpLies(liar, claim);
}

function arpLies({ cable, router }: Standpoint, { victim, address, mac, what }: Claim): PoisonousLie[] {
  const frame = (
    operation: 'request' | 'reply',
    to: string,
    targetMac: string,
    targetAddress: string,
  ): Buffer =>
    encodeEthernet({
      destination: to,
      source: mac,
      type: etherType.arp,
      payload: encodeArp({ operation, senderMac: mac, senderAddress: address, targetMac, targetAddress }),
    });
  return [
    {
      ...{ cable, victim, what: `arp request with ${what}, ${address}` },
      frame: frame('request', broadcastMac, nobody, router.ipv4),
      isAnswer: (answer) => {
        const arp = arpOf(answer);
        return arp?.operation === 'reply' && arp.targetAddress === address && arp.targetMac === mac;
      },
    },
    {
      ...{ cable, victim, what: `arp announcement with ${what}, ${address}` },
      frame: frame('request', broadcastMac, nobody, address),
      isAnswer: null,
    },
    {
      ...{ cable, victim, what: `arp reply with ${what}, ${address}` },
      frame: frame('reply', router.mac, router.mac, router.ipv4),
      isAnswer: null,
    },
  ];
}

function neighbourLies({ cable, router }: Standpoint, { victim, address, mac, what }: Claim): PoisonousLie[] {
  const target = router.ipv6;
  const from = { mac, address };
  const toRouter = { mac: router.mac, address: linkLocalAddress(router.mac) };
  return [
    ...(target === null
      ? []
      : [
          {
            ...{ cable, victim, what: `neighbour solicitation with ${what}, ${address}` },
            frame: neighbourSolicitation(from, target),
            isAnswer: (answer: Buffer) => isAdvertisementTo(answer, from),
          },
        ]),
    {
      ...{ cable, victim, what: `neighbour advertisement with ${what}, ${address}` },
      frame: neighbourAdvertisement(from, toRouter, address),
      isAnswer: null,
    },
  ];
}

function arpOf(frame: Buffer) {
  const ethernet = decodeEthernet(frame);
  return ethernet?.type === etherType.arp ? decodeArp(ethernet.payload) : null;
}

function isAdvertisementTo(frame: Buffer, { mac, address }: Neighbour): boolean {
  const ethernet = decodeEthernet(frame);
  const packet = ethernet?.type === etherType.ipv6 ? decodeIp(ethernet.payload) : null;
  return (
    ethernet?.destination === mac &&
    packet?.destination === address &&
    decodeIcmp(packet.payload)?.type === icmpv6Type.neighbourAdvertisement
  );
}
