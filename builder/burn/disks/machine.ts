/** A block device as the kernel shows it: a whole disk, a partition, or one made of others. */
export interface BlockDevice {
  /** The kernel's: `sdb`, `nvme0n1p2`, `dm-0`. */
  readonly name: string;
  /** `8:16`. */
  readonly number: string;
  /** Bytes; 0 for a reader without a card. */
  readonly size: number;
  /** Name of the disk that it is a partition of, or null. */
  readonly partitionOf: string | null;
  /** Names of the devices that are made of it: RAID, LVM, LUKS, multipath, bcache. */
  readonly holders: readonly string[];
  /** Names of the devices that it is made of. */
  readonly slaves: readonly string[];
  /** Of device-mapper: what people call it. */
  readonly mapperName: string | null;
  /** Of a loop device: the file or device below it, as the kernel knows it. */
  readonly backingFile: string | null;
  /** Whether bcache has taken it. A cache, other than what it caches, is in no list of holders. */
  readonly inBcache: boolean;
  /** What udev found on it (`ID_FS_TYPE`), or null. */
  readonly content: string | null;
  readonly readOnly: boolean;
}

/** A file system that some process sees. */
export interface Mount {
  readonly number: string;
  readonly point: string;
  readonly type: string;
  /** As it was named when it was mounted; for some file systems no device. */
  readonly source: string;
  /** Devices that its options name: an external journal. */
  readonly more: readonly string[];
  /** False for one that only processes in another mount namespace see. */
  readonly own: boolean;
}

/** What the kernel says of disks and of what uses them, at one moment. */
export interface Machine {
  readonly devices: ReadonlyMap<string, BlockDevice>;
  readonly mounts: readonly Mount[];
  /** Files and devices that are swapped to. */
  readonly swaps: readonly string[];
  /** Names of the devices of each btrfs that is in use. */
  readonly btrfs: readonly (readonly string[])[];
  /** Whether ZFS is at work; it does not say on which devices. */
  readonly zfs: boolean;
  /** Whole disks that a person may mean, sorted by name. */
  readonly disks: readonly Disk[];
}

export type DiskBus = 'usb' | 'mmc' | 'nvme' | 'sata' | 'scsi' | 'virtio' | 'loop' | 'virtual' | 'other';

/** A whole disk, as a person knows it. */
export interface Disk {
  /** `/dev/sdb`. */
  readonly path: string;
  readonly name: string;
  readonly number: string;
  /** Bytes; 0 for a reader without a card. */
  readonly size: number;
  readonly model: string | null;
  /** Of a card in a USB reader it is the reader's; of a loop device, its file. */
  readonly serial: string | null;
  /** CID of an SD card or eMMC, 32 hex digits, which no other card has; null where a reader hides it. */
  readonly cardId: string | null;
  readonly bus: DiskBus;
  readonly removable: boolean;
  readonly readOnly: boolean;
  /** Grows with every disk and every medium that the kernel meets (Linux 5.15 and later); null before. */
  readonly sequence: string | null;
}
