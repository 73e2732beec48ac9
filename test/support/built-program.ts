/** What a test's program for `injectSeaBlob` differs in from a good one. */
export interface BuiltProgram {
  readonly magic?: number;
  readonly bits?: 1 | 2;
  readonly byteOrder?: 1 | 2;
  readonly machine?: number;
  readonly fuses?: readonly string[];
  readonly note?: boolean;
  readonly load?: boolean;
  /** Bytes of memory beyond the file's part of the last segment. */
  readonly bss?: number;
  /** Added to the last segment's fields, to break them. */
  readonly memorySizeShift?: number;
  readonly offsetShift?: number;
  readonly fileSizeShift?: number;
  /** Program headers of another size than they have. */
  readonly headerSize?: number;
  /** Section headers that would lie beyond the file. */
  readonly sectionCount?: number;
  /** The segments change places: the one with higher addresses lies first in the file. */
  readonly swapped?: boolean;
}

export const goodFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0';
const pageSize = 0x1000;

interface Header {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/**
 * A program as Node's is, in small: headers, a first segment (with the fuse), a second one, then what is not loaded: `tail` and two
 * section headers, of which the second describes `tail`.
 */
export function builtProgram(options: BuiltProgram = {}): Buffer {
  const { bss = 0, load = true, note = true } = options;
  const second = Buffer.from('the second segment');
  const tail = Buffer.from('not loaded');
  const bytes = Buffer.alloc(2 * pageSize + second.length + tail.length + 2 + 2 * 64);
  const first: Header = {
    type: 1,
    offset: 0,
    address: 0,
    fileSize: pageSize,
    memorySize: pageSize,
    alignment: pageSize,
  };
  const last: Header = {
    type: 1,
    offset: 2 * pageSize + (options.offsetShift ?? 0),
    address: 8 * pageSize,
    fileSize: second.length + (options.fileSizeShift ?? 0),
    memorySize: second.length + bss + (options.memorySizeShift ?? 0),
    alignment: pageSize,
  };
  const headers = [
    ...(load ? [options.swapped ? { ...first, address: 16 * pageSize } : first] : []),
    ...(note
      ? [{ ...first, type: 4, offset: 0x300, address: 0x300, fileSize: 16, memorySize: 16, alignment: 4 }]
      : []),
    ...(load ? [last] : []),
  ];
  const tailAt = 2 * pageSize + second.length;
  const sectionsAt = tailAt + tail.length + 2;
  writeElfHeader(bytes, options, headers.length, sectionsAt);
  for (const [index, header] of headers.entries()) writeProgramHeader(bytes, 64 + index * 56, header);
  for (const [index, fuse] of (options.fuses ?? [goodFuse]).entries()) {
    bytes.write(`${fuse}\0`, 0x400 + index * 0x80, 'latin1');
  }
  second.copy(bytes, 2 * pageSize);
  tail.copy(bytes, tailAt);
  bytes.writeBigUInt64LE(BigInt(tailAt), sectionsAt + 64 + 24);
  return bytes;
}

function writeElfHeader(bytes: Buffer, options: BuiltProgram, headerCount: number, sectionsAt: number): void {
  bytes.writeUInt32BE(options.magic ?? 0x7f454c46, 0);
  bytes[4] = options.bits ?? 2;
  bytes[5] = options.byteOrder ?? 1;
  bytes.writeUInt16LE(options.machine ?? 183, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeBigUInt64LE(BigInt(sectionsAt), 40);
  bytes.writeUInt16LE(options.headerSize ?? 56, 54);
  bytes.writeUInt16LE(headerCount, 56);
  bytes.writeUInt16LE(64, 58);
  bytes.writeUInt16LE(options.sectionCount ?? 2, 60);
}

function writeProgramHeader(bytes: Buffer, at: number, header: Header): void {
  bytes.writeUInt32LE(header.type, at);
  const fields = [
    header.offset,
    header.address,
    header.address,
    header.fileSize,
    header.memorySize,
    header.alignment,
  ];
  for (const [index, value] of fields.entries()) bytes.writeBigUInt64LE(BigInt(value), at + 8 + index * 8);
}
