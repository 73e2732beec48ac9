/** What a test's compiled Bun program differs in from a good one. */
export interface BuiltBun {
  /** Name of the section; another one than Bun's is not found. */
  readonly section?: string;
  /** The section's content. */
  readonly payload?: Buffer;
  /** What stands where Bun itself had its section. */
  readonly pointer?: bigint;
  /** Bytes of the segment in the file; all without it. */
  readonly loadedSize?: number;
}

const trailer = '\n---- Bun! ----\n';
const [headerSize, programHeaderSize, sectionHeaderSize] = [64, 56, 64];
const base = 0x20_0000n;
const dataAt = headerSize + programHeaderSize;
const payloadAt = dataAt + 64;
/** The address of the payload in a good one. */
export const payloadAddress = base + BigInt(payloadAt);

/** A section as Bun writes it: its length, modules, trailer. */
export function bunPayload(modules: string): Buffer {
  const bytes = Buffer.from(`${modules}${trailer}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

/** A compiled program as Bun makes it, in small: one segment with Bun's own trailer, the word that points, and the payload; then the section headers. */
export function builtBun(options: BuiltBun = {}): Buffer {
  const { section = '.bun', payload = bunPayload('modules'), pointer = payloadAddress } = options;
  const names = Buffer.from(`\0${section}\0.shstrtab\0`);
  const namesAt = payloadAt + payload.length;
  const tableAt = namesAt + names.length;
  const file = Buffer.alloc(tableAt + 3 * sectionHeaderSize);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  for (const [value, at] of [
    [2, 16],
    [183, 18],
    [headerSize, 52],
    [programHeaderSize, 54],
    [1, 56],
    [sectionHeaderSize, 58],
    [3, 60],
    [2, 62],
  ] as const) {
    file.writeUInt16LE(value, at);
  }
  file.writeBigUInt64LE(BigInt(headerSize), 32);
  file.writeBigUInt64LE(BigInt(tableAt), 40);
  const loaded = BigInt(options.loadedSize ?? namesAt);
  file.writeUInt32LE(1, headerSize);
  for (const [index, value] of [0n, base, base, loaded, loaded].entries()) {
    file.writeBigUInt64LE(value, headerSize + 8 + index * 8);
  }
  file.write(trailer, dataAt, 'latin1');
  file.writeBigUInt64LE(pointer, dataAt + 32);
  payload.copy(file, payloadAt);
  names.copy(file, namesAt);
  const sections = [
    { name: 1, type: 1, at: payloadAt, size: payload.length },
    { name: section.length + 2, type: 3, at: namesAt, size: names.length },
  ];
  for (const [index, { name, type, at, size }] of sections.entries()) {
    const header = tableAt + (index + 1) * sectionHeaderSize;
    file.writeUInt32LE(name, header);
    file.writeUInt32LE(type, header + 4);
    file.writeBigUInt64LE(BigInt(at), header + 24);
    file.writeBigUInt64LE(BigInt(size), header + 32);
  }
  return file;
}
