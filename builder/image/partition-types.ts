/**
 * Type GUIDs of the Discoverable Partitions Specification (uapi-group.org/specifications).
 * boot is "Extended Boot Loader", on purpose not "EFI System": U-Boot takes every EFI system partition for bootable
 * (disk/part_efi.c, is_bootable), so the attribute that chooses the slot would choose nothing.
 */
const extendedBootLoader = 'bc13c2ff-59e6-4262-a352-b275fd6f7172';
const rootArm64 = 'b921b045-1df0-41c3-af44-4c6f280d3fae';
const linuxFilesystem = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** Partitions in the order in which they lie on the disk, with their types. */
export const partitionTypes = {
  'boot-a': extendedBootLoader,
  'root-a': rootArm64,
  'boot-b': extendedBootLoader,
  'root-b': rootArm64,
  state: linuxFilesystem,
  identity: linuxFilesystem,
  data: linuxFilesystem,
} as const;

export type PartitionName = keyof typeof partitionTypes;
export const partitionNames = Object.keys(partitionTypes) as readonly PartitionName[];
