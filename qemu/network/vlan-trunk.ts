import { addTag, removeTag } from './ethernet.ts';
import type { FramePort } from './frame-port.ts';

/** A switch between a trunk and ports of one VLAN each: it tags towards the trunk, and takes the tag off towards the boards. */
export class VlanTrunk {
  readonly #trunk: FramePort;
  readonly #listeners = new Map<number, (frame: Buffer) => void>();

  constructor(trunk: FramePort) {
    this.#trunk = trunk;
    trunk.receive((frame) => {
      const tagged = removeTag(frame);
      // What has no tag, or another one, leads nowhere.
      if (tagged !== null) this.#listeners.get(tagged.id)?.(tagged.frame);
    });
  }

  /** The trunk's end of one VLAN, without tags. @param id 1 to 4094 */
  vlan(id: number): FramePort {
    return {
      send: (frame) => this.#trunk.send(addTag(frame, id)),
      receive: (listener) => this.#listeners.set(id, listener),
    };
  }
}
