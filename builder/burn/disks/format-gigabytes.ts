/** `31.9 GB`: cards and disks are sold in powers of ten. */
export function formatGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
