/**
 * Offsets and constants of a GPT (UEFI specification 2.10, section 5). Header: signature 0, revision 8, header size 12, CRC 16, own LBA 24,
 * other header's LBA 32, first usable 40, last usable 48, disk GUID 56, array's LBA 72, entries 80, entry size 84, array's CRC 88.
 * Entry: type 0, GUID 16, first LBA 32, last LBA 40, attributes 48, name (UTF-16LE) 56.
 */
export const signature = 'EFI PART';
export const revision = 0x00010000;
export const headerSize = 92;
export const entryCount = 128;
export const entrySize = 128;
export const arraySectors = (entryCount * entrySize) / 512;
/** Attribute bit 2. */
export const legacyBiosBootable = 1n << 2n;
