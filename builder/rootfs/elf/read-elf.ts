import { ByteReader, ElfError } from './byte-reader.ts';
import { type DynamicSection, readDynamic } from './dynamic-section.ts';
import { abiTagNote, fileTypes, machines, segmentTypes } from './elf-constants.ts';
import { readSections, type Section } from './sections.ts';
import { readSegments, type Segment } from './segments.ts';

export type ElfType = (typeof fileTypes)[keyof typeof fileTypes];
export type Machine = (typeof machines)[keyof typeof machines] | `machine-${number}`;

export interface Elf extends DynamicSection {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly type: ElfType;
  readonly machine: Machine;
  /** The program's loader, or null. */
  readonly interpreter: string | null;
  /** True if it has a dynamic section. */
  readonly dynamic: boolean;
  /** `program`: can be started; `library`: is loaded by one; `object`: neither (a kernel module, say). */
  readonly role: 'program' | 'library' | 'object';
  /** Carries the note that glibc's start code puts into every program, also into a static one. */
  readonly glibcNote: boolean;
  readonly sections: readonly Section[];
  /** What of it is laid into memory. */
  readonly loaded: readonly Segment[];
}

/** True if the bytes begin like an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * Reads the headers of an ELF file.
 * @param bytes the whole file
 * @throws ElfError if it is none, is cut off, or its headers point outside of it
 */
export function readElf(bytes: Buffer): Elf {
  if (!isElf(bytes)) throw new ElfError('it is no ELF file');
  if (bytes.length < 52) throw new ElfError('it ends within its header');
  const bits = bytes[4] === 1 ? 32 : bytes[4] === 2 ? 64 : undefined;
  const littleEndian = bytes[5] === 1;
  if (bits === undefined || (!littleEndian && bytes[5] !== 2))
    throw new ElfError('its class or byte order is none');
  const reader = new ByteReader(bytes, littleEndian);
  const type = fileTypes[reader.u16(16) as keyof typeof fileTypes];
  if (type === undefined) throw new ElfError(`its type ${reader.u16(16)} is none`);
  const code = reader.u16(18);
  const segments = readSegments(reader, bits);
  const dynamic = readDynamic(reader, bits, segments);
  const interpreter = readInterpreter(reader, segments);
  return {
    ...dynamic,
    bits,
    littleEndian,
    type,
    machine: machines[code as keyof typeof machines] ?? `machine-${code}`,
    interpreter,
    dynamic: segments.some((segment) => segment.type === segmentTypes.dynamic),
    role: role(type, interpreter, dynamic),
    glibcNote: hasGlibcNote(reader, segments),
    sections: readSections(reader, bits),
    loaded: segments.filter((segment) => segment.type === segmentTypes.load),
  };
}

/** A file of type "shared" is a program if it names a loader or says that it is one (static-pie). */
function role(type: ElfType, interpreter: string | null, { pie, soname }: DynamicSection): Elf['role'] {
  if (type === 'executable') return 'program';
  if (type !== 'shared') return 'object';
  // glibc's libc.so.6 names a loader and can be started, but it has a soname: it is a library.
  return pie || (interpreter !== null && soname === null) ? 'program' : 'library';
}

function readInterpreter(reader: ByteReader, segments: readonly Segment[]): string | null {
  const segment = segments.find(({ type }) => type === segmentTypes.interpreter);
  return segment === undefined
    ? null
    : reader.string(segment.offset, segment.fileSize, 'the name of its loader');
}

function hasGlibcNote(reader: ByteReader, segments: readonly Segment[]): boolean {
  return segments
    .filter(({ type }) => type === segmentTypes.note)
    .some((segment) => {
      reader.range(segment.offset, segment.fileSize, 'a note');
      const end = segment.offset + segment.fileSize;
      for (let position = segment.offset; position + 12 <= end; ) {
        const nameSize = reader.u32(position);
        const contentSize = reader.u32(position + 4);
        const content = position + 12 + aligned(nameSize);
        const next = content + aligned(contentSize);
        if (next > end) return false;
        const isGnu =
          nameSize === 4 && reader.range(position + 12, 4, 'a note').toString('latin1') === 'GNU\0';
        if (
          isGnu &&
          reader.u32(position + 8) === abiTagNote &&
          contentSize >= 4 &&
          reader.u32(content) === 0
        ) {
          return true;
        }
        position = next;
      }
      return false;
    });
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4;
}
