/** Numbers of the ELF format: elf(5), the System V gABI, and the AArch64 and x86-64 supplements. */
export const fileTypes = { 1: 'relocatable', 2: 'executable', 3: 'shared', 4: 'core' } as const;
export const machines = { 3: 'x86', 40: 'arm', 62: 'x86_64', 183: 'arm64', 243: 'riscv' } as const;

export const segmentTypes = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
export const dynamicTags = {
  null: 0,
  needed: 1,
  stringTable: 5,
  stringTableSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  flags1: 0x6ffffffb,
} as const;
/** DF_1_PIE: the file is a program, although its type is "shared". */
export const pieFlag = 0x08000000n;
/** Note of glibc's start code: name "GNU", type 1 (NT_GNU_ABI_TAG); its first word 0 means Linux. */
export const abiTagNote = 1;
/** A section without bytes in the file (.bss). */
export const sectionWithoutBytes = 8;
