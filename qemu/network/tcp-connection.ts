import { type TcpSegment, tcpFlag } from './tcp.ts';

export interface TcpEnd {
  readonly address: string;
  readonly port: number;
}

export interface TcpConnectionOptions {
  readonly local: TcpEnd;
  readonly remote: TcpEnd;
  readonly send: (segment: TcpSegment) => void;
  /** Number of the first byte, less one. */
  readonly initialSequence: number;
}

/** How a connection ended. */
export type TcpEnding = 'closed' | 'reset';

/** Until something is sent again: the guests take their time. */
const resendMs = 1000;
/** Bytes in one segment: fits every Ethernet, with room for IPv6. */
const segmentSize = 1200;

/**
 * One connection of TCP (RFC 9293), good enough for a few kilobytes over a link that seldom loses anything: no congestion control, no options, one
 * segment underway at a time. What comes out of order is dropped, and the other side sends it again.
 */
export class TcpConnection {
  readonly received: Buffer[] = [];
  readonly #options: TcpConnectionOptions;
  /** Next number that is expected of the other side; null before its SYN. */
  #expected: number | null = null;
  #next: number;
  readonly #waiting: { readonly flags: number; readonly payload: Buffer }[] = [];
  #underway: TcpSegment | null = null;
  #timer: NodeJS.Timeout | null = null;
  #resolveOpen: () => void = () => {};
  #resolveEnd: (ending: TcpEnding) => void = () => {};
  #endSent = false;
  #endReceived = false;
  /** Resolves when both sides know of the connection. */
  readonly opened: Promise<void>;
  /** Resolves when both sides have closed it, or one has reset it. */
  readonly ended: Promise<TcpEnding>;
  isOpen = false;
  isOver = false;
  /** Called when the other side has sent something, or its end. */
  onProgress: () => void = () => {};

  constructor(options: TcpConnectionOptions) {
    this.#options = options;
    this.#next = options.initialSequence >>> 0;
    this.opened = new Promise((resolve) => {
      this.#resolveOpen = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnd = resolve;
    });
  }

  get hasEndOfOther(): boolean {
    return this.#endReceived;
  }

  /** Asks for a connection. */
  open(): void {
    this.#queue(tcpFlag.syn, Buffer.alloc(0));
  }

  /** Answers a SYN. */
  accept(syn: TcpSegment): void {
    this.#expected = (syn.sequence + 1) >>> 0;
    this.#queue(tcpFlag.syn, Buffer.alloc(0));
  }

  write(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += segmentSize) {
      this.#queue(tcpFlag.psh, payload.subarray(at, at + segmentSize));
    }
  }

  /** Says that no more will come. */
  close(): void {
    if (this.#endSent || this.isOver) return;
    this.#endSent = true;
    this.#queue(tcpFlag.fin, Buffer.alloc(0));
  }

  /** Ends it at once. */
  reset(): void {
    if (this.isOver) return;
    this.#send({
      ...this.#head(),
      sequence: this.#next,
      flags: tcpFlag.rst | tcpFlag.ack,
      payload: Buffer.alloc(0),
    });
    this.#finish('reset');
  }

  /** A segment of the other side. */
  handle(segment: TcpSegment): void {
    if (this.isOver) return;
    if ((segment.flags & tcpFlag.rst) !== 0) {
      this.#finish('reset');
      return;
    }
    if ((segment.flags & tcpFlag.syn) !== 0 && this.#expected === null) {
      this.#expected = (segment.sequence + 1) >>> 0;
    }
    if ((segment.flags & tcpFlag.ack) !== 0) this.#acknowledged(segment.acknowledgement);
    this.#take(segment);
    if (this.#endSent && this.#endReceived && this.#underway === null) this.#finish('closed');
  }

  #take(segment: TcpSegment): void {
    const { payload, flags } = segment;
    const carries = payload.length > 0 || (flags & (tcpFlag.fin | tcpFlag.syn)) !== 0;
    const isNext = segment.sequence === this.#expected;
    if (isNext && payload.length > 0) {
      this.received.push(Buffer.from(payload));
      this.#expected = (segment.sequence + payload.length) >>> 0;
    }
    if (isNext && (flags & tcpFlag.fin) !== 0) {
      this.#expected = (this.#expected! + 1) >>> 0;
      this.#endReceived = true;
    }
    if (carries && this.#underway === null) this.#acknowledge();
    if (isNext && (payload.length > 0 || this.#endReceived)) this.onProgress();
  }

  #acknowledged(number: number): void {
    const underway = this.#underway;
    if (underway === null || number !== endOf(underway)) return;
    this.#underway = null;
    if ((underway.flags & tcpFlag.syn) !== 0) {
      this.isOpen = true;
      this.#resolveOpen();
    }
    this.#sendNext();
  }

  #queue(flags: number, payload: Buffer): void {
    if (this.isOver) return;
    this.#waiting.push({ flags, payload });
    this.#sendNext();
  }

  #sendNext(): void {
    if (this.#underway !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#stopTimer();
      return;
    }
    const acknowledges = this.#expected === null ? 0 : tcpFlag.ack;
    const segment = {
      ...this.#head(),
      sequence: this.#next,
      flags: next.flags | acknowledges,
      payload: next.payload,
    };
    this.#underway = segment;
    this.#next = endOf(segment);
    this.#send(segment);
    this.#timer ??= setInterval(() => this.#resend(), resendMs).unref();
  }

  #resend(): void {
    if (this.#underway !== null) this.#send({ ...this.#underway, acknowledgement: this.#expected ?? 0 });
  }

  #acknowledge(): void {
    this.#send({ ...this.#head(), sequence: this.#next, flags: tcpFlag.ack, payload: Buffer.alloc(0) });
  }

  #head() {
    const { local, remote } = this.#options;
    return { sourcePort: local.port, destinationPort: remote.port, acknowledgement: this.#expected ?? 0 };
  }

  #send(segment: TcpSegment): void {
    this.#options.send(segment);
  }

  #finish(ending: TcpEnding): void {
    this.isOver = true;
    this.#stopTimer();
    this.#resolveEnd(ending);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** Number after a segment: SYN and FIN count as a byte each. */
function endOf({ sequence, flags, payload }: TcpSegment): number {
  const marks = ((flags & tcpFlag.syn) !== 0 ? 1 : 0) + ((flags & tcpFlag.fin) !== 0 ? 1 : 0);
  return (sequence + payload.length + marks) >>> 0;
}
