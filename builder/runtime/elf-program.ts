import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Constants of elf(5) and the ELF specification. */
export const segmentType = { load: 1, note: 4 } as const;
const machineAarch64 = 183;
const headerSize = 64;
const programHeaderSize = 56;
const sectionHeaderSize = 64;

/** A program header; offsets and sizes in bytes. */
export interface Segment {
  readonly type: number;
  /** Where the program header itself stands in the file. */
  readonly headerOffset: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/** The section headers of a program: nothing needs them to run it, tools show them. */
export interface SectionTable {
  readonly offset: number;
  readonly count: number;
}

export interface ElfProgram {
  readonly segments: readonly Segment[];
  readonly sections: SectionTable;
}

/**
 * Reads the program headers of a 64-bit little-endian aarch64 program.
 * @param name what messages call it
 * @throws BoardsmithError STEP_FAILED if it is something else or damaged
 */
export function readElfProgram(bytes: Buffer, name: string): ElfProgram {
  const refuse = (what: string): never => {
    throw new BoardsmithError('STEP_FAILED', `${name} ${what}`, {
      hint: 'the runtime must be a build for musl on aarch64',
    });
  };
  if (bytes.length < headerSize || bytes.readUInt32BE(0) !== 0x7f454c46) refuse('is no ELF file');
  if (bytes[4] !== 2 || bytes[5] !== 1) refuse('is not a 64-bit little-endian ELF file');
  const machine = bytes.readUInt16LE(18);
  if (machine !== machineAarch64)
    refuse(`is for ELF machine ${machine}, not for aarch64 (${machineAarch64})`);
  const tableOffset = offsetAt(bytes, 32);
  const count = bytes.readUInt16LE(56);
  if (
    bytes.readUInt16LE(54) !== programHeaderSize ||
    !(tableOffset + count * programHeaderSize <= bytes.length)
  ) {
    refuse('has a damaged program header table');
  }
  const segments = Array.from({ length: count }, (_, index) =>
    readSegment(bytes, tableOffset + index * programHeaderSize),
  );
  if (segments.some(({ offset, fileSize }) => !(offset + fileSize <= bytes.length))) {
    refuse('ends before one of its segments does');
  }
  const sections = { offset: offsetAt(bytes, 40), count: bytes.readUInt16LE(60) };
  if (sections.count > 0 && !(sections.offset + sections.count * sectionHeaderSize <= bytes.length)) {
    refuse('has a damaged section header table');
  }
  return { segments, sections };
}

/** A 64-bit offset, address or size. One that is beyond 2^53 is beyond any file too. */
export function offsetAt(bytes: Buffer, position: number): number {
  return Number(bytes.readBigUInt64LE(position));
}

export function writeOffset(bytes: Buffer, position: number, value: number): void {
  bytes.writeBigUInt64LE(BigInt(value), position);
}

/** Writes where a segment lies back into its program header. */
export function writeSegment(bytes: Buffer, segment: Segment): void {
  const { headerOffset, offset, address, fileSize, memorySize, alignment } = segment;
  writeOffset(bytes, headerOffset + 8, offset);
  writeOffset(bytes, headerOffset + 16, address);
  writeOffset(bytes, headerOffset + 24, address);
  writeOffset(bytes, headerOffset + 32, fileSize);
  writeOffset(bytes, headerOffset + 40, memorySize);
  writeOffset(bytes, headerOffset + 48, alignment);
}

/**
 * Corrects the section headers after `delta` bytes were inserted at `position` of the file.
 * @param table where the section headers lay before
 */
export function shiftSections(bytes: Buffer, table: SectionTable, position: number, delta: number): void {
  if (table.count === 0) return;
  const tableOffset = table.offset >= position ? table.offset + delta : table.offset;
  writeOffset(bytes, 40, tableOffset);
  for (let index = 0; index < table.count; index += 1) {
    const field = tableOffset + index * sectionHeaderSize + 24;
    const offset = offsetAt(bytes, field);
    if (offset >= position) writeOffset(bytes, field, offset + delta);
  }
}

function readSegment(bytes: Buffer, headerOffset: number): Segment {
  return {
    type: bytes.readUInt32LE(headerOffset),
    headerOffset,
    offset: offsetAt(bytes, headerOffset + 8),
    address: offsetAt(bytes, headerOffset + 16),
    fileSize: offsetAt(bytes, headerOffset + 32),
    memorySize: offsetAt(bytes, headerOffset + 40),
    alignment: offsetAt(bytes, headerOffset + 48),
  };
}
