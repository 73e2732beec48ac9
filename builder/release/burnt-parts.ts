import type { ReleasedPartition } from './release-manifest.ts';

/** What a release says of the parts that the manifest of a build lists: the boot loader is no partition. */
export function burntParts(parts: readonly ReleasedPartition[]): ReleasedPartition[] {
  return parts
    .filter(({ name }) => name !== 'bootloader')
    .map(({ name, offset, size }) => ({ name, offset, size }));
}
