/** What QEMU's `-netdev stream` puts before each frame: its length, big-endian (net/stream.c, net_fill_rstate). */
const headLength = 4;
/** Longer than any frame of a virtio card without offloads; something else speaks if a length is larger (net/net.h, NET_BUFSIZE). */
const longest = 4096 + 65_536;

export function wrapFrame(frame: Uint8Array): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(frame.length);
  return Buffer.concat([head, frame]);
}

/** Cuts a byte stream into frames. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** @returns the frames that are whole now @throws RangeError if the stream is none of frames */
  push(chunk: Buffer): Buffer[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (bytes.length >= headLength) {
      const length = bytes.readUInt32BE(0);
      if (length > longest) throw new RangeError(`a frame of ${length} bytes`);
      if (bytes.length < headLength + length) break;
      frames.push(bytes.subarray(headLength, headLength + length));
      bytes = bytes.subarray(headLength + length);
    }
    this.#rest = bytes;
    return frames;
  }
}
