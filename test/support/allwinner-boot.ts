/**
 * What an Allwinner processor starts from a card: the SPL that its boot ROM loads, and the FIT that the SPL loads.
 * Numbers: U-Boot 2025.01, include/sunxi_image.h and tools/mksunxiboot.c, and https://linux-sunxi.org/EGON.
 */

const splOffset = 8192;
const eGonMagic = 'eGON.BT0';
/** Stands in the place of the checksum while it is computed. */
const checksumStamp = 0x5f0a6c39;
/** The boot ROM of A64 and H5 takes no larger one. */
const largestSpl = 32 * 1024;

/** Length of the SPL of a card, after its header and checksum were checked. @param card its first MiB or more */
export function checkedSplLength(card: Buffer): number {
  const spl = card.subarray(splOffset);
  if (spl.toString('latin1', 4, 12) !== eGonMagic) throw new Error('no eGON header');
  const length = spl.readUInt32LE(16);
  if (length === 0 || length % 512 !== 0 || length > largestSpl) throw new Error(`an SPL of ${length} bytes`);
  let sum = checksumStamp;
  for (let at = 0; at < length; at += 4) if (at !== 12) sum = (sum + spl.readUInt32LE(at)) >>> 0;
  if (sum !== spl.readUInt32LE(12)) throw new Error('the checksum of the SPL is wrong');
  return length;
}

/** Where on the card the SPL looks for the FIT: sector 80 (CONFIG_SYS_MMCSD_RAW_MODE_U_BOOT_SECTOR of sunxi). */
export const fitOffset = 80 * 512;
