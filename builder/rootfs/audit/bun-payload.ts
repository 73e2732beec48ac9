import { findText } from '../../lock/byte-threads/find-text.mjs';
import { ElfError } from '../elf/byte-reader.ts';
import { readElf } from '../elf/read-elf.ts';

/** Ends the modules of a compiled program; stands once in Bun itself, which looks for it. */
export const bunTrailer = '\n---- Bun! ----\n';
const sectionName = '.bun';
const wordSize = 8;

/**
 * Looks for the daemon in a program that Bun compiled. It lies in the section `.bun`: a word with the length, the modules, the trailer. Where Bun itself had
 * that section (a word, zero), the address of the new one now stands: Bun starts as itself without it, and strip empties that place, since no section
 * names it any more.
 * @returns what is wrong, in words that go on after a colon; null if the program holds a daemon and finds it
 */
export function bunPayloadProblem(program: Buffer): string | null {
  try {
    return problemOf(program);
  } catch (error) {
    if (error instanceof ElfError) return error.message;
    throw error;
  }
}

function problemOf(program: Buffer): string | null {
  const { sections, loaded } = readElf(program);
  const section = sections.find(({ name }) => name === sectionName);
  if (section === undefined) return `it has no section ${sectionName}`;
  const { offset, size } = section;
  if (size <= wordSize + bunTrailer.length) return `its section ${sectionName} is empty`;
  const payload = program.subarray(offset, offset + size);
  if (payload.readBigUInt64LE() !== BigInt(size - wordSize)) {
    return `its section ${sectionName} does not say its own length`;
  }
  if (!payload.subarray(-bunTrailer.length).equals(Buffer.from(bunTrailer))) {
    return `its section ${sectionName} does not end as Bun ends it`;
  }
  const segment = loaded.find((one) => one.offset <= offset && offset + size <= one.offset + one.fileSize);
  if (segment === undefined) return `its section ${sectionName} is not loaded`;
  const address = segment.address + BigInt(offset - segment.offset);
  const word = Buffer.alloc(wordSize);
  word.writeBigUInt64LE(address);
  if (findText(program.subarray(segment.offset, offset), word.toString('latin1')) < 0)
    return `nothing in it points at its section ${sectionName}`;
  return null;
}
