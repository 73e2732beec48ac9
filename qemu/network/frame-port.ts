/** Where a cable is plugged in: a network card of a machine, a port of a switch, or a host that is played here. */
export interface FramePort {
  /** Gives it a frame. A port without a machine drops it, as a dead cable does. */
  send(frame: Buffer): void;
  /** Who gets what it sends; one at most. */
  receive(listener: (frame: Buffer) => void): void;
}
