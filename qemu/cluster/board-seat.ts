import type { BoardLink } from '../../openwrt/policy/policy.ts';
import { linkLocalAddress } from '../network/address-bytes.ts';
import { decodeEthernet, etherType } from '../network/ethernet.ts';
import { decodeIcmp } from '../network/icmp.ts';
import { decodeIp, protocol } from '../network/ip.ts';
import type { Link, SeenFrame } from '../network/link.ts';
import { firstPlayedPort, PlayedHost } from '../network/played-host.ts';
import { decodeTcp } from '../network/tcp.ts';
import { decodeUdp } from '../network/udp.ts';

/**
 * The stage's seat on a board's cable. It speaks with the router in the board's name (its MAC and addresses), and with the board in the router's name,
 * from ports that neither of them takes by itself; the answers to those it keeps, so the other end never knows.
 */
export interface BoardSeat {
  readonly board: BoardLink;
  readonly link: Link;
  /** Speaks to the router as the board does. */
  readonly asBoard: PlayedHost;
  /** Speaks to the board as the router does. */
  readonly asRouter: PlayedHost;
  /** True if no machine is at the other end: the stage then answers for the board's addresses. */
  standsIn: boolean;
}

/** @param routerMac of the router's card on this cable */
export function takeSeat(board: BoardLink, link: Link, routerMac: string): BoardSeat {
  const own = [
    board.ipv4.board,
    ...(board.ipv6 === null ? [] : [board.ipv6.board, linkLocalAddress(board.mac)]),
  ];
  const seat: BoardSeat = {
    board,
    link,
    standsIn: false,
    asBoard: new PlayedHost({
      mac: board.mac,
      transmit: (frame) => link.inject('router', frame),
      owns: (address) => own.includes(address),
      announces: (address) => own.includes(address) && seat.standsIn,
      macOf: () => routerMac,
    }),
    asRouter: new PlayedHost({
      mac: routerMac,
      transmit: (frame) => link.inject('far', frame),
      owns: (address) => address === board.ipv4.router,
      macOf: () => board.mac,
    }),
  };
  link.claim((seen) => {
    if (seen.from === 'far') {
      if (!isForStage(seen.frame) || !isTo(seen.frame, board.ipv4.router)) return false;
      seat.asRouter.receive(seen.frame);
      return true;
    }
    const mine = isForStage(seen.frame);
    // It must not answer what is meant for the board's machine.
    if (mine || seat.standsIn) seat.asBoard.receive(seen.frame);
    return mine;
  });
  return seat;
}

function isTo(frame: Buffer, address: string): boolean {
  const ethernet = decodeEthernet(frame);
  return ethernet !== null && decodeIp(ethernet.payload)?.destination === address;
}

/** Whether a frame goes to one of the ports (or echo identifiers) that the stage speaks from. */
function isForStage(frame: SeenFrame['frame']): boolean {
  const ethernet = decodeEthernet(frame);
  if (ethernet === null || (ethernet.type !== etherType.ipv4 && ethernet.type !== etherType.ipv6))
    return false;
  const packet = decodeIp(ethernet.payload);
  if (packet === null) return false;
  switch (packet.protocol) {
    case protocol.tcp:
      return (decodeTcp(packet.payload)?.destinationPort ?? 0) >= firstPlayedPort;
    case protocol.udp:
      return (decodeUdp(packet.payload)?.destinationPort ?? 0) >= firstPlayedPort;
    case protocol.icmp:
    case protocol.icmpv6: {
      const message = decodeIcmp(packet.payload);
      const isReply = message?.type === 0 || message?.type === 129;
      return isReply && message.body.length >= 2 && message.body.readUInt16BE(0) >= firstPlayedPort;
    }
    default:
      return false;
  }
}
