import { addressBytes, addressText, macBytes } from './address-bytes.ts';
import { encodeEthernet, etherType } from './ethernet.ts';
import { decodeIcmp, encodeIcmp, type IcmpMessage, icmpv6Type } from './icmp.ts';
import { encodeIp, type IpPacket, protocol } from './ip.ts';

/** RFC 4861 wants it of every message of neighbour discovery. */
const hopLimit = 255;
export const allNodes = 'ff02::1';
export const allRouters = 'ff02::2';

/** MAC of an IPv6 multicast group (RFC 2464, 7): 33:33 and the address's last four bytes. */
export function multicastMac(group: string): string {
  const last = addressBytes(group).subarray(12);
  return `33:33:${[...last].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

/** The address whose MAC a packet asks for, or null if it asks for none. */
export function solicitedTarget(packet: IpPacket): string | null {
  const message = packet.protocol === protocol.icmpv6 ? decodeIcmp(packet.payload) : null;
  if (message?.type !== icmpv6Type.neighbourSolicitation || message.body.length < 20) return null;
  return addressText(message.body.subarray(4, 20));
}

/** Who sends or receives, by both addresses. */
export interface Neighbour {
  readonly mac: string;
  readonly address: string;
}

/** The frame that asks for the MAC of an address: sent to the solicited-node group of it (RFC 4291, 2.7.1). */
export function neighbourSolicitation(from: Neighbour, target: string): Buffer {
  const group = addressBytes('ff02::1:ff00:0');
  addressBytes(target).copy(group, 13, 13);
  const destination = addressText(group);
  const body = Buffer.concat([Buffer.alloc(4), addressBytes(target), option(1, from.mac)]);
  return discoveryFrame(
    from,
    { mac: multicastMac(destination), address: destination },
    {
      type: icmpv6Type.neighbourSolicitation,
      code: 0,
      body,
    },
  );
}

/** RFC 4861, 4.4. Who was a router and then does not say so is no way out any more (7.2.5). */
const advertisementFlag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

/** The frame that says where an address is: solicited, and to be believed rather than what was known. */
export function neighbourAdvertisement(
  from: Neighbour,
  to: Neighbour,
  target: string,
  isRouter = false,
): Buffer {
  const { router, solicited, override } = advertisementFlag;
  const flags = (isRouter ? router : 0) | solicited | override;
  const body = Buffer.concat([Buffer.from([flags, 0, 0, 0]), addressBytes(target), option(2, from.mac)]);
  return discoveryFrame(from, to, { type: icmpv6Type.neighbourAdvertisement, code: 0, body });
}

export interface AdvertisedPrefix {
  /** First address of a /64. */
  readonly prefix: string;
  readonly lifetimeSeconds: number;
  /** Bytes in an option that nobody knows. */
  readonly unknown?: Buffer;
}

/** For experiments (RFC 4727, 5.1.3). */
const unknownOption = 253;

/** The frame of a router that tells to use it, and to make addresses of a prefix. @param to everybody, if it is left out */
export function routerAdvertisement(
  from: Neighbour,
  { prefix, lifetimeSeconds, unknown }: AdvertisedPrefix,
  to: Neighbour = { mac: multicastMac(allNodes), address: allNodes },
): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 64;
  head.writeUInt16BE(Math.min(lifetimeSeconds, 9000), 2);
  const information = Buffer.alloc(32);
  information[0] = 3;
  information[1] = 4;
  information[2] = 64;
  information[3] = 0xc0;
  information.writeUInt32BE(lifetimeSeconds, 4);
  information.writeUInt32BE(lifetimeSeconds, 8);
  addressBytes(prefix).copy(information, 16);
  const rest = unknown === undefined ? [] : [unknownBytes(unknown)];
  return discoveryFrame(from, to, {
    type: icmpv6Type.routerAdvertisement,
    code: 0,
    body: Buffer.concat([head, option(1, from.mac), information, ...rest]),
  });
}

/** An option is as long as its second byte says, in units of eight (RFC 4861, 4.6). */
function unknownBytes(value: Buffer): Buffer {
  const units = Math.ceil((value.length + 2) / 8);
  return Buffer.concat([
    Buffer.from([unknownOption, units]),
    value,
    Buffer.alloc(units * 8 - value.length - 2),
  ]);
}

function option(type: number, mac: string): Buffer {
  return Buffer.concat([Buffer.from([type, 1]), macBytes(mac)]);
}

function discoveryFrame(from: Neighbour, to: Neighbour, message: IcmpMessage): Buffer {
  return encodeEthernet({
    destination: to.mac,
    source: from.mac,
    type: etherType.ipv6,
    payload: encodeIp({
      source: from.address,
      destination: to.address,
      protocol: protocol.icmpv6,
      hopLimit,
      payload: encodeIcmp(message, from.address, to.address),
    }),
  });
}
