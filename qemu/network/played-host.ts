import { arpReply, decodeArp } from './arp.ts';
import { decodeEthernet, encodeEthernet, etherType } from './ethernet.ts';
import { decodeIcmp, encodeIcmp, icmpProtocol, icmpType, icmpv6Type } from './icmp.ts';
import { decodeIp, encodeIp, etherTypeOf, familyOf, type IpPacket, protocol } from './ip.ts';
import { neighbourAdvertisement, solicitedTarget } from './neighbour-discovery.ts';
import { decodeTcp, encodeTcp, type TcpSegment, tcpFlag } from './tcp.ts';
import { TcpConnection, type TcpEnd } from './tcp-connection.ts';
import { decodeUdp, encodeUdp, type UdpDatagram } from './udp.ts';

/** A UDP datagram with the addresses of its packet. */
export interface UdpMessage extends UdpDatagram {
  readonly source: string;
  readonly destination: string;
}

/** What came of asking somebody over TCP. */
export type TcpOutcome =
  | { readonly kind: 'answer'; readonly data: Buffer }
  | { readonly kind: 'refused' }
  /** Nothing came until the signal aborted. */
  | { readonly kind: 'silence' };

export interface PlayedHostOptions {
  readonly mac: string;
  readonly transmit: (frame: Buffer) => void;
  /** Whether packets to this address are for it. */
  readonly owns: (address: string) => boolean;
  /** Whether it tells others its MAC for this address: left out, for none. */
  readonly announces?: (address: string) => boolean;
  /** Whether it is a way out of its network, which it says when it tells its MAC. */
  readonly isRouter?: boolean;
  /** MAC that packets to an address are sent to. */
  readonly macOf: (address: string) => string;
}

/** Of ports and identifiers below this, a machine's own are taken (net.ipv4.ip_local_port_range ends at 60999). */
export const firstPlayedPort = 61_000;

/** A host that is played by this process: it speaks ARP, neighbour discovery, echo, UDP and a little TCP on a cable. */
export class PlayedHost {
  readonly mac: string;
  readonly #options: PlayedHostOptions;
  readonly #connections = new Map<string, TcpConnection>();
  #nextPort = firstPlayedPort;
  #nextSequence = 0x1000_0000;
  /** Whether a connection to this end is accepted; then it is given. None by itself. */
  accepts: (local: TcpEnd, remote: TcpEnd) => ((connection: TcpConnection) => void) | null = () => null;
  /** Answers a datagram, or does not. */
  answersUdp: (message: UdpMessage) => Buffer | null = () => null;
  readonly #udpWatchers = new Set<(message: UdpMessage) => void>();

  constructor(options: PlayedHostOptions) {
    this.mac = options.mac;
    this.#options = options;
  }

  /** A port that no other conversation has; they are used in turn. */
  freePort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === 65_535 ? firstPlayedPort : port + 1;
    return port;
  }

  /** Takes a frame from the cable. */
  receive(frame: Buffer): void {
    const decoded = decodeEthernet(frame);
    if (decoded === null || decoded.source === this.mac) return;
    if (decoded.type === etherType.arp) this.#receiveArp(decoded.payload);
    if (decoded.type !== etherType.ipv4 && decoded.type !== etherType.ipv6) return;
    const packet = decodeIp(decoded.payload);
    if (packet !== null) this.#receiveIp(packet, decoded.source);
  }

  sendIp(packet: IpPacket): void {
    this.#options.transmit(
      encodeEthernet({
        destination: this.#options.macOf(packet.destination),
        source: this.mac,
        type: etherTypeOf(packet.source),
        payload: encodeIp(packet),
      }),
    );
  }

  sendUdp({ source, destination, ...datagram }: UdpMessage): void {
    const payload = encodeUdp(datagram, source, destination);
    this.sendIp({ source, destination, protocol: protocol.udp, payload });
  }

  /** Tells of every datagram that comes for it. @returns ends it */
  watchUdp(watcher: (message: UdpMessage) => void): () => void {
    this.#udpWatchers.add(watcher);
    return () => this.#udpWatchers.delete(watcher);
  }

  /** Sends a datagram, again every second, until an answer comes. @returns null if the signal aborts before */
  async askUdp(message: UdpMessage, signal: AbortSignal): Promise<UdpMessage | null> {
    return await new Promise((resolve) => {
      const end = (answer: UdpMessage | null): void => {
        clearInterval(timer);
        stop();
        signal.removeEventListener('abort', aborted);
        resolve(answer);
      };
      const aborted = (): void => end(null);
      const stop = this.watchUdp((answer) => {
        if (answer.destinationPort === message.sourcePort && answer.sourcePort === message.destinationPort) {
          end(answer);
        }
      });
      const timer = setInterval(() => this.sendUdp(message), 1000);
      signal.addEventListener('abort', aborted);
      if (signal.aborted) aborted();
      else this.sendUdp(message);
    });
  }

  connect(local: TcpEnd, remote: TcpEnd): TcpConnection {
    const connection = this.#connection(local, remote);
    connection.open();
    return connection;
  }

  /**
   * Opens a connection, sends a request and reads until the other side closes; with no request it is closed as soon as it is open.
   * @param signal what ends the wait: `silence` is the answer then
   */
  async askTcp(
    local: TcpEnd,
    remote: TcpEnd,
    request: Buffer | null,
    signal: AbortSignal,
  ): Promise<TcpOutcome> {
    const connection = this.connect(local, remote);
    return await new Promise((resolve) => {
      const end = (outcome: TcpOutcome): void => {
        signal.removeEventListener('abort', silent);
        connection.reset();
        resolve(outcome);
      };
      const data = (): Buffer => Buffer.concat(connection.received);
      const silent = (): void =>
        end(connection.isOpen ? { kind: 'answer', data: data() } : { kind: 'silence' });
      signal.addEventListener('abort', silent);
      if (signal.aborted) silent();
      connection.onProgress = () => {
        if (connection.hasEndOfOther) end({ kind: 'answer', data: data() });
      };
      void connection.opened.then(() => {
        if (request === null) end({ kind: 'answer', data: Buffer.alloc(0) });
        else connection.write(request);
      });
      void connection.ended.then(() =>
        end(connection.isOpen ? { kind: 'answer', data: data() } : { kind: 'refused' }),
      );
    });
  }

  #receiveArp(payload: Buffer): void {
    const arp = decodeArp(payload);
    if (arp?.operation !== 'request' || !this.#announces(arp.targetAddress)) return;
    this.#options.transmit(arpReply({ mac: this.mac, address: arp.targetAddress }, arp));
  }

  #receiveIp(packet: IpPacket, fromMac: string): void {
    const target = solicitedTarget(packet);
    if (target !== null && this.#announces(target)) {
      const [from, to] = [
        { mac: this.mac, address: target },
        { mac: fromMac, address: packet.source },
      ];
      this.#options.transmit(neighbourAdvertisement(from, to, target, this.#options.isRouter));
      return;
    }
    const isBroadcast = packet.destination === '255.255.255.255';
    if (!this.#options.owns(packet.destination) && !isBroadcast) return;
    if (packet.protocol === protocol.udp) this.#receiveUdp(packet);
    else if (isBroadcast) return;
    else if (packet.protocol === protocol.tcp) this.#receiveTcp(packet);
    else if (packet.protocol === icmpProtocol(packet.source)) this.#receiveIcmp(packet);
  }

  #receiveIcmp(packet: IpPacket): void {
    const message = decodeIcmp(packet.payload);
    const [echo, reply] =
      familyOf(packet.source) === 'ipv4'
        ? [icmpType.echo, icmpType.echoReply]
        : [icmpv6Type.echo, icmpv6Type.echoReply];
    if (message?.type !== echo) return;
    const { source, destination } = { source: packet.destination, destination: packet.source };
    const payload = encodeIcmp({ type: reply, code: 0, body: message.body }, source, destination);
    this.sendIp({ source, destination, protocol: packet.protocol, payload });
  }

  #receiveUdp(packet: IpPacket): void {
    const datagram = decodeUdp(packet.payload);
    if (datagram === null) return;
    const message = { ...datagram, source: packet.source, destination: packet.destination };
    for (const watcher of [...this.#udpWatchers]) watcher(message);
    const answer = this.answersUdp(message);
    if (answer === null) return;
    this.sendUdp({
      source: packet.destination,
      destination: packet.source,
      sourcePort: datagram.destinationPort,
      destinationPort: datagram.sourcePort,
      payload: answer,
    });
  }

  #receiveTcp(packet: IpPacket): void {
    const segment = decodeTcp(packet.payload);
    if (segment === null) return;
    const local = { address: packet.destination, port: segment.destinationPort };
    const remote = { address: packet.source, port: segment.sourcePort };
    const known = this.#connections.get(keyOf(local, remote));
    if (known !== undefined) {
      known.handle(segment);
      return;
    }
    const plainSyn = (segment.flags & (tcpFlag.syn | tcpFlag.ack | tcpFlag.rst)) === tcpFlag.syn;
    const take = plainSyn ? this.accepts(local, remote) : null;
    if (take !== null) {
      const connection = this.#connection(local, remote);
      take(connection);
      connection.accept(segment);
    } else if ((segment.flags & tcpFlag.rst) === 0) this.#refuse(local, remote, segment);
  }

  #refuse(local: TcpEnd, remote: TcpEnd, segment: TcpSegment): void {
    this.#sendTcp(local, remote, {
      sourcePort: local.port,
      destinationPort: remote.port,
      sequence: segment.acknowledgement,
      acknowledgement:
        (segment.sequence + segment.payload.length + ((segment.flags & tcpFlag.syn) !== 0 ? 1 : 0)) >>> 0,
      flags: tcpFlag.rst | tcpFlag.ack,
      payload: Buffer.alloc(0),
    });
  }

  #connection(local: TcpEnd, remote: TcpEnd): TcpConnection {
    this.#nextSequence += 0x10_000;
    const connection = new TcpConnection({
      local,
      remote,
      initialSequence: this.#nextSequence,
      send: (segment) => this.#sendTcp(local, remote, segment),
    });
    const key = keyOf(local, remote);
    this.#connections.set(key, connection);
    void connection.ended.then(() => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
    return connection;
  }

  #sendTcp(local: TcpEnd, remote: TcpEnd, segment: TcpSegment): void {
    this.sendIp({
      source: local.address,
      destination: remote.address,
      protocol: protocol.tcp,
      payload: encodeTcp(segment, local.address, remote.address),
    });
  }

  #announces(address: string): boolean {
    return this.#options.announces?.(address) ?? false;
  }
}

function keyOf(local: TcpEnd, remote: TcpEnd): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}
