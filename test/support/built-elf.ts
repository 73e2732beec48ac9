/** What a test's ELF file says of itself. The rest is as small as it can be; nothing of it can run. */
export interface BuiltElf {
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  /** e_type: 1 relocatable, 2 executable, 3 shared. */
  readonly type?: number;
  /** e_machine: 183 arm64, 62 x86-64, 40 arm. */
  readonly machine?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
  /** DF_1_PIE. */
  readonly pie?: boolean;
  /** NT_GNU_ABI_TAG, as glibc's start code has it. */
  readonly glibcNote?: boolean;
  /** Content of a section `.modinfo`, as kernel modules have it. */
  readonly modinfo?: readonly string[];
  /** Bytes at the end of the file. */
  readonly trailing?: string;
}

interface Piece {
  readonly segmentType: number;
  readonly bytes: Buffer;
}

/** Builds an ELF file: headers, then its pieces, one load segment over all of it at address 0. */
export function builtElf(options: BuiltElf = {}): Buffer {
  const { bits = 64, littleEndian = true, type = 3, machine = 183 } = options;
  const writer = new Writer(bits, littleEndian);
  const pieces: Piece[] = [];
  if (options.interpreter !== undefined)
    pieces.push({ segmentType: 3, bytes: Buffer.from(`${options.interpreter}\0`) });
  if (options.glibcNote) pieces.push({ segmentType: 4, bytes: writer.note() });
  const strings = new Strings();
  const dynamic = dynamicEntries(options, strings);
  const hasDynamic = dynamic.length > 0;
  const headerCount = 1 + pieces.length + (hasDynamic ? 1 : 0);
  const elfHeader = bits === 64 ? 64 : 52;
  let position = elfHeader + headerCount * writer.programHeaderSize;
  const placed = pieces.map((piece) => {
    const offset = position;
    position += Math.ceil(piece.bytes.length / 8) * 8;
    return { ...piece, offset };
  });
  if (hasDynamic) {
    const stringsAt = position;
    position += Math.ceil(strings.bytes.length / 8) * 8;
    dynamic.push([5, stringsAt], [10, strings.bytes.length], [0, 0]);
    const bytes = Buffer.concat(
      dynamic.map(([tag, value]) => Buffer.concat([writer.word(tag), writer.word(value)])),
    );
    placed.push(
      { segmentType: 0, bytes: strings.bytes, offset: stringsAt },
      { segmentType: 2, bytes, offset: position },
    );
    position += bytes.length;
  }
  const sections = options.modinfo === undefined ? null : modinfoSections(options.modinfo, position);
  const file = Buffer.alloc(position);
  for (const { bytes, offset } of placed) bytes.copy(file, offset);
  const segments = [
    { segmentType: 1, offset: 0, size: position },
    ...placed.filter(({ segmentType }) => segmentType !== 0),
  ];
  for (const [index, segment] of segments.entries()) {
    const size = 'size' in segment ? segment.size : segment.bytes.length;
    writer
      .programHeader(segment.segmentType, segment.offset, size)
      .copy(file, elfHeader + index * writer.programHeaderSize);
  }
  writer
    .elfHeader({ type, machine, programHeaders: segments.length, sectionsAt: sections?.tableAt ?? 0 })
    .copy(file, 0);
  const tail = sections === null ? [] : [sections.bytes, writer.sectionTable(sections)];
  return Buffer.concat([file, ...tail, Buffer.from(options.trailing ?? '')]);
}

function dynamicEntries(options: BuiltElf, strings: Strings): [number, number][] {
  const entries: [number, number][] = (options.needed ?? []).map((name) => [1, strings.add(name)]);
  if (options.soname !== undefined) entries.push([14, strings.add(options.soname)]);
  if (options.rpath !== undefined) entries.push([15, strings.add(options.rpath)]);
  if (options.runpath !== undefined) entries.push([29, strings.add(options.runpath)]);
  if (options.pie) entries.push([0x6ffffffb, 0x08000000]);
  return entries;
}

class Strings {
  bytes = Buffer.from('\0');

  add(text: string): number {
    const offset = this.bytes.length;
    this.bytes = Buffer.concat([this.bytes, Buffer.from(`${text}\0`)]);
    return offset;
  }
}

interface ModinfoSections {
  readonly bytes: Buffer;
  readonly modinfoAt: number;
  readonly modinfoSize: number;
  readonly namesAt: number;
  readonly namesSize: number;
  readonly tableAt: number;
}

const sectionNames = '\0.modinfo\0.shstrtab\0';

function modinfoSections(fields: readonly string[], position: number): ModinfoSections {
  const modinfo = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const bytes = Buffer.concat([modinfo, Buffer.from(sectionNames)]);
  return {
    bytes,
    modinfoAt: position,
    modinfoSize: modinfo.length,
    namesAt: position + modinfo.length,
    namesSize: sectionNames.length,
    tableAt: position + bytes.length,
  };
}

class Writer {
  readonly #wide: boolean;
  readonly #littleEndian: boolean;

  constructor(bits: 32 | 64, littleEndian: boolean) {
    this.#wide = bits === 64;
    this.#littleEndian = littleEndian;
  }

  get programHeaderSize(): number {
    return this.#wide ? 56 : 32;
  }

  half(value: number): Buffer {
    const bytes = Buffer.alloc(2);
    if (this.#littleEndian) bytes.writeUInt16LE(value);
    else bytes.writeUInt16BE(value);
    return bytes;
  }

  int(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    if (this.#littleEndian) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  }

  /** A number of the file's class. */
  word(value: number): Buffer {
    if (!this.#wide) return this.int(value);
    const bytes = Buffer.alloc(8);
    if (this.#littleEndian) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  }

  note(): Buffer {
    const words = [0, 3, 2, 0].map((value) => this.int(value));
    return Buffer.concat([this.int(4), this.int(16), this.int(1), Buffer.from('GNU\0'), ...words]);
  }

  programHeader(type: number, offset: number, size: number): Buffer {
    const [at, bytes] = [this.word(offset), this.word(size)];
    const zero = this.word(0);
    return this.#wide
      ? Buffer.concat([this.int(type), this.int(4), at, at, zero, bytes, bytes, zero])
      : Buffer.concat([this.int(type), at, at, zero, bytes, bytes, this.int(4), zero]);
  }

  elfHeader(fields: { type: number; machine: number; programHeaders: number; sectionsAt: number }): Buffer {
    const headerSize = this.#wide ? 64 : 52;
    const identity = Buffer.alloc(16);
    identity.set([0x7f, 0x45, 0x4c, 0x46, this.#wide ? 2 : 1, this.#littleEndian ? 1 : 2, 1]);
    const sections = fields.sectionsAt === 0 ? [0, 0, 0] : [this.#wide ? 64 : 40, 3, 2];
    return Buffer.concat([
      identity,
      this.half(fields.type),
      this.half(fields.machine),
      this.int(1),
      this.word(0),
      this.word(headerSize),
      this.word(fields.sectionsAt),
      this.int(0),
      ...[headerSize, this.programHeaderSize, fields.programHeaders, ...sections].map((value) =>
        this.half(value),
      ),
    ]);
  }

  /** The placeholder, .modinfo and .shstrtab. */
  sectionTable({ modinfoAt, modinfoSize, namesAt, namesSize }: ModinfoSections): Buffer {
    return Buffer.concat([
      this.#section(0, 0, 0, 0),
      this.#section(1, 1, modinfoAt, modinfoSize),
      this.#section(10, 3, namesAt, namesSize),
    ]);
  }

  #section(name: number, type: number, offset: number, size: number): Buffer {
    const zero = this.word(0);
    const place = [zero, zero, this.word(offset), this.word(size)];
    return Buffer.concat([this.int(name), this.int(type), ...place, this.int(0), this.int(0), zero, zero]);
  }
}
