import { type ByteReader, ElfError } from './byte-reader.ts';
import { sectionWithoutBytes } from './elf-constants.ts';

export interface Section {
  readonly name: string;
  /** Bytes in the file; 0 for sections that have none there. */
  readonly offset: number;
  readonly size: number;
}

/** The section table; empty for a file without one. @throws ElfError */
export function readSections(reader: ByteReader, bits: 32 | 64): Section[] {
  const wide = bits === 64;
  const start = wide ? Number(reader.u64(40)) : reader.u32(32);
  const size = reader.u16(wide ? 58 : 46);
  const count = reader.u16(wide ? 60 : 48);
  const namesIndex = reader.u16(wide ? 62 : 50);
  if (start === 0 || count === 0) return [];
  if (size < (wide ? 64 : 40)) throw new ElfError(`its section headers have ${size} bytes each`);
  const header = (index: number): { name: number; type: number; offset: number; size: number } => {
    const at = start + index * size;
    reader.range(at, size, 'a section header');
    const place = wide
      ? { offset: Number(reader.u64(at + 24)), size: Number(reader.u64(at + 32)) }
      : { offset: reader.u32(at + 16), size: reader.u32(at + 20) };
    return { name: reader.u32(at), type: reader.u32(at + 4), ...place };
  };
  if (namesIndex >= count) throw new ElfError('its section names are in no section');
  const names = header(namesIndex);
  return Array.from({ length: count }, (_, index) => {
    const { name, type, offset, size: bytes } = header(index);
    // The first header is a placeholder.
    if (index === 0 || type === sectionWithoutBytes) return { name: '', offset: 0, size: 0 };
    if (name >= names.size) throw new ElfError('a section name lies outside its table');
    reader.range(offset, bytes, 'a section');
    return {
      name: reader.string(names.offset + name, names.size - name, 'a section name'),
      offset,
      size: bytes,
    };
  });
}
