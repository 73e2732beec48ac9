import {
  addressOption,
  type DhcpMessage,
  decodeDhcp,
  dhcpKind,
  dhcpOption,
  dhcpPort,
  encodeDhcp,
  kindOf,
} from '../network/dhcp.ts';
import { broadcastMac, decodeEthernet, encodeEthernet, etherType } from '../network/ethernet.ts';
import { decodeIp, encodeIp, protocol } from '../network/ip.ts';
import { decodeUdp, encodeUdp } from '../network/udp.ts';
import type { Stage } from './stage.ts';

const againMs = 2000;
/** Parameter request list (RFC 2132, 9.8): a server tells a name only to who asks for it. */
const requestList = 55;

/** Subnet selection: RFC 3011. */
const subnetSelection = 118;

/**
 * What the router would give a board that is plugged in now. @returns null if it offers nothing until the signal aborts
 * @param instead whose lease it asks for in place of its own, in that one's name and subnet
 */
export async function askLease(
  stage: Stage,
  board: string,
  signal: AbortSignal,
  instead: { readonly mac: string; readonly network: string } | null = null,
): Promise<DhcpMessage | null> {
  const link = stage.links.get(board)!;
  const { mac } = stage.places.get(board)!;
  const transaction = 0xb0a2_0000 + stage.freePort();
  const frame = discovery(mac, transaction, instead);
  return await new Promise((resolve) => {
    const end = (offer: DhcpMessage | null): void => {
      clearInterval(timer);
      stop();
      signal.removeEventListener('abort', late);
      resolve(offer);
    };
    const late = (): void => end(null);
    const stop = link.claim(({ from, frame: seen }) => {
      const message = from === 'router' ? dhcpOf(seen) : null;
      if (message?.transaction !== transaction || kindOf(message) !== dhcpKind.offer) return false;
      end(message);
      return true;
    });
    const timer = setInterval(() => link.inject('router', frame), againMs);
    signal.addEventListener('abort', late);
    if (signal.aborted) late();
    else link.inject('router', frame);
  });
}

function discovery(mac: string, transaction: number, instead: Parameters<typeof askLease>[3]): Buffer {
  const wanted = [dhcpOption.netmask, dhcpOption.router, dhcpOption.dns, dhcpOption.hostName, dhcpOption.ntp];
  const message = encodeDhcp({
    ...{ fromClient: true, transaction, clientMac: instead?.mac ?? mac, yourAddress: '0.0.0.0' },
    options: new Map([
      [dhcpOption.kind, Buffer.from([dhcpKind.discover])],
      [requestList, Buffer.from(wanted)],
      ...(instead ? [[subnetSelection, addressOption(instead.network)] as const] : []),
    ]),
  });
  const [source, destination] = ['0.0.0.0', '255.255.255.255'];
  const datagram = { sourcePort: dhcpPort.client, destinationPort: dhcpPort.server, payload: message };
  const payload = encodeUdp(datagram, source, destination);
  return encodeEthernet({
    destination: broadcastMac,
    source: mac,
    type: etherType.ipv4,
    payload: encodeIp({ source, destination, protocol: protocol.udp, payload }),
  });
}

function dhcpOf(frame: Buffer): DhcpMessage | null {
  const ethernet = decodeEthernet(frame);
  const packet = ethernet?.type === etherType.ipv4 ? decodeIp(ethernet.payload) : null;
  const datagram = packet?.protocol === protocol.udp ? decodeUdp(packet.payload) : null;
  return datagram?.destinationPort === dhcpPort.client ? decodeDhcp(datagram.payload) : null;
}
