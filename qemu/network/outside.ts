import { once } from 'node:events';
import { contains, parseAddress, parseNetwork } from '../../builder/recipe/address/ip-network.ts';
import { addressBytes, linkLocalAddress } from './address-bytes.ts';
import {
  addressOption,
  decodeDhcp,
  dhcpKind,
  dhcpOption,
  dhcpPort,
  encodeDhcp,
  kindOf,
  secondsOption,
} from './dhcp.ts';
import { decodeDns, dnsPort, dnsType, encodeDns } from './dns.ts';
import { broadcastMac, decodeEthernet, encodeEthernet, etherType } from './ethernet.ts';
import type { FramePort } from './frame-port.ts';
import { icmpv6Type } from './icmp.ts';
import { decodeIp, encodeIp, protocol } from './ip.ts';
import { routerAdvertisement } from './neighbour-discovery.ts';
import { ntpAnswer, ntpPort } from './ntp.ts';
import { PlayedHost, type UdpMessage } from './played-host.ts';
import { encodeUdp } from './udp.ts';

/** The network around a router's uplink. Addresses without a prefix length. */
export interface OutsideNetwork {
  /** CIDR form. */
  readonly network: string;
  /** The router's address there: given by DHCP, or its own. */
  readonly router: string;
  readonly gateway: string;
  /** null: there is no IPv6 out there. */
  readonly ipv6: {
    /** First address of the /64 that is advertised; null if the router has its address by itself. */
    readonly advertised: string | null;
    /** The gateway's own address besides its link-local one; null for none. */
    readonly gateway: string | null;
  } | null;
}

/** What everybody out there says who is connected to. */
export const outsideBanner = 'outside\n';
/** What every name that is asked for out there stands for: a public address, which a flow to anywhere may reach. */
export const outsideNameAddress = '9.9.9.9';
/** Of the gateway beyond the uplink, that everything out there comes from. */
export const gatewayMac = '52:54:00:99:00:01';
/** As `outsideNameAddress`, of the other family. */
export const outsideAddress6 = '2620:fe::9';
const leaseSeconds = 3600;

/**
 * The world beyond an uplink, played by this process: a gateway that answers for every address. It gives the router its address by DHCP, resolves names,
 * tells the time, accepts TCP on every port, returns every datagram, and can attack in the name of any address.
 */
export class Outside {
  readonly host: PlayedHost;
  readonly port: FramePort;
  readonly network: OutsideNetwork;
  /** Names that somebody asked for, in order. */
  readonly namesAsked: string[] = [];
  /** Connections that came in, `tcp address:port`, in order. */
  readonly connections: string[] = [];
  #advertisements = 0;
  readonly #advertised = new EventTarget();
  readonly #transmit: (frame: Buffer) => void;
  #cable: (frame: Buffer) => void = () => {};

  /** @param routerMac of the router's card on the uplink */
  constructor(network: OutsideNetwork, routerMac: string, seconds: () => number) {
    this.network = network;
    this.#transmit = (frame) => this.#cable(frame);
    this.host = new PlayedHost({
      mac: gatewayMac,
      isRouter: true,
      transmit: this.#transmit,
      owns: (address) => address !== network.router,
      announces: (address) => this.#isNeighbour(address),
      macOf: () => routerMac,
    });
    this.port = {
      send: (frame) => {
        this.#advertise(frame);
        this.host.receive(frame);
      },
      receive: (listener) => {
        this.#cable = listener;
      },
    };
    this.host.accepts = ({ address, port }) => {
      this.connections.push(`tcp ${address}:${port}`);
      return (connection) => {
        void connection.opened.then(() => {
          connection.write(Buffer.from(outsideBanner));
          connection.close();
        });
      };
    };
    this.host.answersUdp = (message) => this.#answer(message, seconds);
  }

  get mac(): string {
    return gatewayMac;
  }

  get linkLocal(): string {
    return linkLocalAddress(gatewayMac);
  }

  /** Router advertisements that were sent. */
  get advertisements(): number {
    return this.#advertisements;
  }

  /** Resolves when more advertisements than that were sent; at once if there never is one. @throws the signal's reason */
  async advertisedPast(count: number, signal: AbortSignal): Promise<void> {
    if ((this.network.ipv6?.advertised ?? null) === null) return;
    while (this.#advertisements <= count) await once(this.#advertised, 'sent', { signal });
  }

  /** Neighbours are all addresses of the network but the router's: a probe for one that is taken must not be answered by two. */
  #isNeighbour(address: string): boolean {
    const parsed = parseAddress(address)!;
    const { ipv6 } = this.network;
    if (parsed.family === 'ipv6') return ipv6 !== null && [this.linkLocal, ipv6.gateway].includes(address);
    return address !== this.network.router && contains(parseNetwork(this.network.network)!, parsed);
  }

  /** Answers a router solicitation. */
  #advertise(frame: Buffer): void {
    const prefix = this.network.ipv6?.advertised ?? null;
    const ethernet = decodeEthernet(frame);
    const packet = ethernet?.type === etherType.ipv6 ? decodeIp(ethernet.payload) : null;
    if (prefix === null || packet?.protocol !== protocol.icmpv6) return;
    if (packet.payload[0] !== icmpv6Type.routerSolicitation) return;
    const from = { mac: gatewayMac, address: this.linkLocal };
    this.#transmit(routerAdvertisement(from, { prefix, lifetimeSeconds: leaseSeconds }));
    this.#advertisements += 1;
    this.#advertised.dispatchEvent(new Event('sent'));
  }

  #answer(message: UdpMessage, seconds: () => number): Buffer | null {
    switch (message.destinationPort) {
      case dhcpPort.server:
        this.#answerDhcp(message.payload);
        return null;
      case dhcpPort.client:
        return null;
      case dnsPort:
        return this.#answerDns(message.payload);
      case ntpPort:
        return ntpAnswer(message.payload, seconds());
      default:
        return message.payload;
    }
  }

  #answerDns(payload: Buffer): Buffer | null {
    const asked = decodeDns(payload);
    if (asked === null || asked.isAnswer) return null;
    this.namesAsked.push(asked.name);
    const addresses = asked.type === dnsType.a ? [outsideNameAddress] : [];
    return encodeDns({ ...asked, isAnswer: true, code: 0, addresses });
  }

  #answerDhcp(payload: Buffer): void {
    const asked = decodeDhcp(payload);
    if (asked === null || !asked.fromClient) return;
    const kind = kindOf(asked) === dhcpKind.discover ? dhcpKind.offer : dhcpKind.acknowledge;
    const { gateway, router, network } = this.network;
    const answer = encodeDhcp({
      ...asked,
      fromClient: false,
      yourAddress: router,
      options: new Map([
        [dhcpOption.kind, Buffer.from([kind])],
        [dhcpOption.server, addressOption(gateway)],
        [dhcpOption.leaseTime, secondsOption(leaseSeconds)],
        [dhcpOption.netmask, netmask(parseNetwork(network)!.prefixLength)],
        [dhcpOption.router, addressOption(gateway)],
        [dhcpOption.dns, addressOption(gateway)],
      ]),
    });
    const datagram = { sourcePort: dhcpPort.server, destinationPort: dhcpPort.client, payload: answer };
    const [source, destination] = [gateway, '255.255.255.255'];
    this.#transmit(
      encodeEthernet({
        destination: broadcastMac,
        source: gatewayMac,
        type: etherType.ipv4,
        payload: encodeIp({
          source,
          destination,
          protocol: protocol.udp,
          payload: encodeUdp(datagram, source, destination),
        }),
      }),
    );
  }
}

function netmask(prefixLength: number): Buffer {
  const bits = '1'.repeat(prefixLength).padEnd(32, '0');
  return addressBytes(
    bits
      .match(/.{8}/g)!
      .map((octet) => Number.parseInt(octet, 2))
      .join('.'),
  );
}
