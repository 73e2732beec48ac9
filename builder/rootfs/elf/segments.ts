import { type ByteReader, ElfError } from './byte-reader.ts';

/** A program header. Bytes of the file, addresses of memory. */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: bigint;
  readonly fileSize: number;
}

/** @throws ElfError */
export function readSegments(reader: ByteReader, bits: 32 | 64): Segment[] {
  const wide = bits === 64;
  const start = wide ? Number(reader.u64(32)) : reader.u32(28);
  const size = reader.u16(wide ? 54 : 42);
  const count = reader.u16(wide ? 56 : 44);
  if (count > 0 && size < (wide ? 56 : 32)) throw new ElfError(`its program headers have ${size} bytes each`);
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    reader.range(at, size, 'a program header');
    return wide
      ? {
          type: reader.u32(at),
          offset: Number(reader.u64(at + 8)),
          address: reader.u64(at + 16),
          fileSize: Number(reader.u64(at + 32)),
        }
      : {
          type: reader.u32(at),
          offset: reader.u32(at + 4),
          address: BigInt(reader.u32(at + 8)),
          fileSize: reader.u32(at + 16),
        };
  });
}
