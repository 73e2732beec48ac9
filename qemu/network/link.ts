import type { FramePort } from './frame-port.ts';

/** Which side a frame comes from. `far` is the side away from the router: a board, or the world beyond the uplink. */
export type Side = 'router' | 'far';

export interface SeenFrame {
  readonly link: string;
  /** Who sent it. */
  readonly from: Side;
  readonly frame: Buffer;
  /** True if the stage put it there in that side's name. */
  readonly injected: boolean;
}

type Watcher = (seen: SeenFrame) => void;

/**
 * A cable between the router and something else, of which the stage holds the middle. It sees every frame, can put in frames in the name of either side, keep
 * frames that are meant for it, and pull the cable.
 */
export class Link {
  readonly name: string;
  readonly #ports: Readonly<Record<Side, FramePort>>;
  readonly #watchers = new Set<Watcher>();
  readonly #claims = new Set<(seen: SeenFrame) => boolean>();
  #plugged = true;

  constructor(name: string, ports: Readonly<Record<Side, FramePort>>) {
    this.name = name;
    this.#ports = ports;
    for (const from of ['router', 'far'] as const) {
      ports[from].receive((frame) => this.#carry(from, frame));
    }
  }

  /** Pulls the cable: no frame comes through in either direction. What is put in by the stage does not, either. */
  pull(): void {
    this.#plugged = false;
  }

  plugIn(): void {
    this.#plugged = true;
  }

  /** Sends a frame to one side, as if the other had sent it. */
  inject(to: Side, frame: Buffer): void {
    if (!this.#plugged) return;
    const from = to === 'router' ? 'far' : 'router';
    this.#tell({ link: this.name, from, frame, injected: true });
    this.#ports[to].send(frame);
  }

  /** Tells of every frame on the cable, in order. @returns ends it */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Keeps frames for which the answer is yes: the other side does not get them. @returns ends it */
  claim(claim: (seen: SeenFrame) => boolean): () => void {
    this.#claims.add(claim);
    return () => this.#claims.delete(claim);
  }

  #carry(from: Side, frame: Buffer): void {
    if (!this.#plugged) return;
    const seen: SeenFrame = { link: this.name, from, frame, injected: false };
    this.#tell(seen);
    for (const claim of [...this.#claims]) if (claim(seen)) return;
    this.#ports[from === 'router' ? 'far' : 'router'].send(frame);
  }

  #tell(seen: SeenFrame): void {
    for (const watcher of [...this.#watchers]) watcher(seen);
  }
}
