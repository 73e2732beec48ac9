import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEthernet } from '../network/ethernet.ts';
import { decodeIp, protocol } from '../network/ip.ts';
import type { Link, SeenFrame } from '../network/link.ts';
import { decodeTcp } from '../network/tcp.ts';
import { decodeUdp } from '../network/udp.ts';
import { numberOfShot, type Shot, shotToken } from './shot.ts';
import type { Trial } from './trial.ts';

/** What shooting needs of a stage. */
export interface Range {
  readonly links: ReadonlyMap<string, Link>;
  /** A source port that nobody uses on a cable. */
  freePort(cable: string): number;
  /** Resolves when the router has dealt with all that was sent to it on these cables. */
  settle(cables: readonly string[]): Promise<void>;
}

/** Sent before the router's answers are waited for: as many as its card takes at once. */
const volley = 100;
/** A first packet may wait for its next hop's MAC, for an address that the router's kernel does not use yet, or meet a limit of new connections: what must pass is sent so many times. */
const tries = 12;
/** Before it is sent again. */
const againMs = 400;

/** A shot that was put on its cable. */
export interface Flying {
  readonly shot: Shot;
  readonly port: number;
  /** Of an answer to it. */
  readonly answer: string | null;
  /** Cables on which the router sent it out. */
  readonly arrivals: Set<string>;
  /** Whether the router sent something back to its port. */
  isAnswered: boolean;
  /** Whether the router told its sender by an ICMP error what became of it: what is dropped is not answered. */
  isRefused: boolean;
}

/**
 * Puts frames on cables and looks for each on every cable. That one does not come out is known when the router has answered what was sent to it
 * afterwards on the same cable: nothing is waited for by the clock.
 */
export class Shooting {
  readonly #range: Range;
  readonly #byNumber = new Map<number, Flying>();
  readonly #byPort = new Map<string, Flying>();
  readonly #stops: (() => void)[];
  #number = 0;

  constructor(range: Range) {
    this.#range = range;
    this.#stops = [...range.links.values()].map((link) => link.watch((seen) => this.#look(seen)));
  }

  /** No more is looked for. */
  end(): void {
    for (const stop of this.#stops) stop();
  }

  /** Shoots and tells what came of each, in the order of the shots. */
  async fire(scenario: string, shots: readonly Shot[]): Promise<Trial[]> {
    const trials: Trial[] = [];
    for (let at = 0; at < shots.length; at += volley) {
      let flying = shots.slice(at, at + volley).map((shot) => this.launch(shot));
      const landed = new Map<Shot, Flying>();
      for (let round = 0; round < tries && flying.length > 0; round += 1) {
        if (round > 0) {
          await sleep(againMs);
          flying = flying.map(({ shot }) => this.launch(shot));
        }
        await this.#range.settle([...new Set(flying.map(({ shot }) => shot.cable))]);
        for (const one of flying) landed.set(one.shot, one);
        // What must pass and has not come is tried again.
        flying = flying.filter(({ shot, arrivals }) => shot.expected !== null && arrivals.size === 0);
      }
      for (const [shot, one] of landed) trials.push(trialOf(scenario, shot, one));
      this.#byNumber.clear();
      this.#byPort.clear();
    }
    return trials;
  }

  /** Shoots without waiting. What comes of it shows in `arrivals` as it happens. */
  launch(shot: Shot): Flying {
    const port = this.#range.freePort(shot.cable);
    const number = this.#number++;
    const frame = shot.frame({ token: shotToken(number), port });
    const flying: Flying = {
      shot,
      port,
      answer: answerTo(frame),
      arrivals: new Set(),
      isAnswered: false,
      isRefused: false,
    };
    this.#byNumber.set(number, flying);
    this.#byPort.set(`${shot.cable} ${port}`, flying);
    this.#range.links.get(shot.cable)!.inject('router', frame);
    return flying;
  }

  /** The shot that a frame is of, in whatever form it came out; null for any other frame. */
  shotOf(frame: Buffer): Shot | null {
    const number = numberOfShot(frame);
    return number === null ? null : (this.#byNumber.get(number)?.shot ?? null);
  }

  #look({ link, from, frame }: SeenFrame): void {
    if (from !== 'router') return;
    const number = numberOfShot(frame);
    const marked = number === null ? undefined : this.#byNumber.get(number);
    if (marked !== undefined && link === marked.shot.cable && isError(frame)) marked.isRefused = true;
    else marked?.arrivals.add(link);
    const ends = endsOf(frame);
    const flying = ends === null ? undefined : this.#byPort.get(`${link} ${ends.to.port}`);
    if (ends !== null && flying?.answer === endText(ends.from)) flying.isAnswered = true;
  }
}

function trialOf(scenario: string, shot: Shot, { arrivals, isAnswered, isRefused }: Flying): Trial {
  const { expected } = shot;
  const places = [...arrivals].sort();
  const astray = places.filter((place) => place !== expected?.cable && place !== shot.cable);
  const details = [
    ...(places.length > 0 ? [`came out at ${places.join(', ')}`] : []),
    ...(isAnswered ? ['was answered'] : []),
    ...(isRefused ? ['was refused by an ICMP error'] : []),
  ];
  const came =
    expected === null
      ? places.length > 0 || isAnswered || isRefused
      : arrivals.has(expected.cable) && astray.length === 0;
  return {
    scenario,
    from: shot.cable,
    to: shot.to,
    what: shot.what,
    means: 'injected',
    flow: expected?.flow ?? null,
    expected: expected === null ? 'dropped' : 'passes',
    observed: came ? 'passes' : 'dropped',
    detail: details.join(', '),
  };
}

/** Kinds of ICMP that quote the packet that they are about. */
const errorTypes: Readonly<Record<number, readonly number[]>> = {
  [protocol.icmp]: [3, 5, 11, 12],
  [protocol.icmpv6]: [1, 2, 3, 4],
};

function isError(frame: Buffer): boolean {
  const ethernet = decodeEthernet(frame);
  const packet = ethernet === null ? null : decodeIp(ethernet.payload);
  const kinds = packet === null ? undefined : errorTypes[packet.protocol];
  return kinds?.includes(packet!.payload[0] ?? -1) === true;
}

interface PortEnd {
  readonly protocol: number;
  readonly address: string;
  readonly port: number;
}

/** Who would answer a frame, as `endText` writes it; null for one without ports. */
function answerTo(frame: Buffer): string | null {
  const ends = endsOf(frame);
  return ends === null ? null : endText(ends.to);
}

function endText({ protocol: number, address, port }: PortEnd): string {
  return `${number} ${address} ${port}`;
}

function endsOf(frame: Buffer): { readonly from: PortEnd; readonly to: PortEnd } | null {
  const ethernet = decodeEthernet(frame);
  const packet = ethernet === null ? null : decodeIp(ethernet.payload);
  if (packet === null) return null;
  const ports =
    packet.protocol === protocol.tcp
      ? decodeTcp(packet.payload)
      : packet.protocol === protocol.udp
        ? decodeUdp(packet.payload)
        : null;
  if (ports === null) return null;
  return {
    from: { protocol: packet.protocol, address: packet.source, port: ports.sourcePort },
    to: { protocol: packet.protocol, address: packet.destination, port: ports.destinationPort },
  };
}
