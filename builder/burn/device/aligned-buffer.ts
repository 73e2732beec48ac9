import { transferBlock } from './card-device.ts';

/** As much of it as is used here: TypeScript has its type among those of browsers alone. */
declare const WebAssembly: {
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
  }) => {
    readonly buffer: ArrayBuffer;
  };
};

/** Bytes of WebAssembly's page (WebAssembly core specification 2.0, 4.2.8). */
const memoryPage = 65536;
const aligned = new WeakSet<ArrayBufferLike>();

/**
 * Zeros that begin at a page of the machine, as O_DIRECT wants it: the kernel answers EINVAL to an ordinary Buffer. A WebAssembly.Memory is the only
 * memory of JavaScript's that is known to lie so. Each reserves gigabytes of addresses (not of memory), so take few and use them again.
 * @param size bytes, a multiple of 4096
 * @throws RangeError for any other size, or if there is no memory
 */
export function alignedBuffer(size: number): Uint8Array {
  if (size <= 0 || size % transferBlock !== 0) {
    throw new RangeError(`${size} bytes are no multiple of ${transferBlock}`);
  }
  const pages = Math.ceil(size / memoryPage);
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
  aligned.add(buffer);
  return new Uint8Array(buffer, 0, size);
}

/** True for an aligned buffer and for parts of it that begin at a multiple of 4096. */
export function isAligned(bytes: Uint8Array): boolean {
  return aligned.has(bytes.buffer) && bytes.byteOffset % transferBlock === 0;
}
