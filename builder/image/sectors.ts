/** Bytes of a sector: GPT on SD cards, QEMU and the kernel's PARTUUID lookup all count in 512. */
export const sectorSize = 512;
export const sectorsPerMiB = (1024 * 1024) / sectorSize;
