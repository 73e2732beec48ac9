import { type ByteReader, ElfError } from './byte-reader.ts';
import { dynamicTags, pieFlag, segmentTypes } from './elf-constants.ts';
import type { Segment } from './segments.ts';

/** What the loader reads of a file. */
export interface DynamicSection {
  /** Names of libraries, in their order. */
  readonly needed: readonly string[];
  readonly soname: string | null;
  /** Folders in which its libraries are looked for: DT_RUNPATH, or DT_RPATH where there is none; split at colons. */
  readonly searchPath: readonly string[];
  /** Says of itself that it is a position-independent program. */
  readonly pie: boolean;
}

/** @throws ElfError */
export function readDynamic(reader: ByteReader, bits: 32 | 64, segments: readonly Segment[]): DynamicSection {
  const segment = segments.find(({ type }) => type === segmentTypes.dynamic);
  if (segment === undefined) return { needed: [], soname: null, searchPath: [], pie: false };
  const entries = readEntries(reader, bits, segment);
  const first = (tag: number): bigint | undefined => entries.find((entry) => entry.tag === tag)?.value;
  const table = stringTable(first(dynamicTags.stringTable), first(dynamicTags.stringTableSize), segments);
  const text = (value: bigint): string => {
    if (table === undefined || value >= table.size)
      throw new ElfError('a name lies outside its string table');
    const offset = Number(value);
    return reader.string(table.offset + offset, Number(table.size) - offset, 'a name');
  };
  const soname = first(dynamicTags.soname);
  const searchPath = first(dynamicTags.runpath) ?? first(dynamicTags.rpath);
  return {
    needed: entries.filter(({ tag }) => tag === dynamicTags.needed).map(({ value }) => text(value)),
    soname: soname === undefined ? null : text(soname),
    searchPath: searchPath === undefined ? [] : text(searchPath).split(':').filter(Boolean),
    pie: ((first(dynamicTags.flags1) ?? 0n) & pieFlag) !== 0n,
  };
}

function readEntries(
  reader: ByteReader,
  bits: 32 | 64,
  { offset, fileSize }: Segment,
): { tag: number; value: bigint }[] {
  reader.range(offset, fileSize, 'its dynamic section');
  const size = bits === 64 ? 16 : 8;
  const entries: { tag: number; value: bigint }[] = [];
  for (let at = offset; at + size <= offset + fileSize; at += size) {
    const tag = bits === 64 ? Number(reader.u64(at)) : reader.u32(at);
    if (tag === dynamicTags.null) break;
    entries.push({ tag, value: bits === 64 ? reader.u64(at + 8) : BigInt(reader.u32(at + 4)) });
  }
  return entries;
}

/** The string table is given as an address; a segment says where in the file that is. */
function stringTable(
  address: bigint | undefined,
  size: bigint | undefined,
  segments: readonly Segment[],
): { offset: number; size: bigint } | undefined {
  if (address === undefined || size === undefined) return undefined;
  const segment = segments.find(
    ({ type, address: start, fileSize }) =>
      type === segmentTypes.load && address >= start && address + size <= start + BigInt(fileSize),
  );
  if (segment === undefined) throw new ElfError('its string table is in no segment');
  return { offset: segment.offset + Number(address - segment.address), size };
}
