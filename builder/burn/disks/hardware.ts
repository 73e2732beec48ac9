import { dirname } from 'node:path';
import { printable } from '../../error/printable.ts';
import type { KernelFiles } from './kernel-files.ts';
import type { Disk, DiskBus } from './machine.ts';
import { udevProperties } from './udev-properties.ts';

type Hardware = Pick<Disk, 'model' | 'serial' | 'cardId' | 'bus' | 'removable'>;

/**
 * What a disk is to a person. `removable` is the kernel's word; of SD cards in a slot of the machine's own it does not say it, so their type decides:
 * an eMMC (`MMC`) is soldered on.
 * @param place of the disk below `/sys/devices`
 */
export async function hardwareOf(
  files: KernelFiles,
  device: { readonly name: string; readonly number: string; readonly backingFile: string | null },
  place: string,
): Promise<Hardware> {
  const { model, serial, ...rest } = await spoken(files, device, place);
  return { ...rest, model: model && printable(model), serial: serial && printable(serial) };
}

/** In the disk's own words, which may hold anything. */
async function spoken(
  files: KernelFiles,
  device: { readonly name: string; readonly number: string; readonly backingFile: string | null },
  place: string,
): Promise<Hardware> {
  const { name, number, backingFile } = device;
  const folder = `sys/block/${name}`;
  const bus = busOf(name, place);
  const marked = (await files.attribute(`${folder}/removable`)) === '1';
  if (bus === 'loop') {
    return { bus, model: 'loop device', serial: backingFile, cardId: null, removable: marked };
  }
  const udev = await udevProperties(files, number);
  if (bus === 'mmc') {
    const isCard = (await files.attribute(`${folder}/device/type`)) === 'SD';
    return {
      bus,
      model: await files.attribute(`${folder}/device/name`),
      serial: await files.attribute(`${folder}/device/serial`),
      cardId: await files.attribute(`${folder}/device/cid`),
      removable: marked || isCard,
    };
  }
  const [vendor, model] = await Promise.all([
    files.attribute(`${folder}/device/vendor`),
    files.attribute(`${folder}/device/model`),
  ]);
  // Of virtio and NVMe, `vendor` is a number.
  const named = [vendor?.startsWith('0x') ? null : vendor, model].filter((word) => word !== null);
  return {
    bus,
    model: named.length > 0 && model !== null ? named.join(' ') : (udev.get('ID_MODEL') ?? null),
    serial: await serialOf(files, { folder, place, bus, udev }),
    cardId: null,
    removable: marked,
  };
}

function busOf(name: string, place: string): DiskBus {
  if (/^mmcblk\d/.test(name)) return 'mmc';
  if (/^loop\d/.test(name)) return 'loop';
  if (/^nvme\d/.test(name)) return 'nvme';
  if (/\/usb\d+\//.test(place)) return 'usb';
  if (/\/ata\d+\//.test(place)) return 'sata';
  if (/\/virtio\d+\//.test(place)) return 'virtio';
  if (/\/virtual\//.test(place)) return 'virtual';
  return /^sd[a-z]/.test(name) ? 'scsi' : 'other';
}

interface SerialPlace {
  readonly folder: string;
  readonly place: string;
  readonly bus: DiskBus;
  readonly udev: ReadonlyMap<string, string>;
}

async function serialOf(
  files: KernelFiles,
  { folder, place, bus, udev }: SerialPlace,
): Promise<string | null> {
  if (bus === 'usb') return (await usbSerial(files, place)) ?? udev.get('ID_SERIAL_SHORT') ?? null;
  const own =
    (await files.attribute(`${folder}/serial`)) ??
    (await files.attribute(`${folder}/device/serial`)) ??
    udev.get('ID_SERIAL_SHORT');
  return own ?? (await unitSerialNumber(files, folder));
}

/** The nearest device above that has an `idVendor` is the USB device itself. */
async function usbSerial(files: KernelFiles, place: string): Promise<string | null> {
  for (let folder = dirname(place); folder.includes('/usb'); folder = dirname(folder)) {
    if ((await files.attribute(`${folder}/idVendor`)) !== null)
      return await files.attribute(`${folder}/serial`);
  }
  return null;
}

/** SCSI Primary Commands 5, 7.7.20: the page's length at 2, the number from 4 on. */
async function unitSerialNumber(files: KernelFiles, folder: string): Promise<string | null> {
  const page = await files.bytes(`${folder}/device/vpd_pg80`);
  if (page === null || page.length < 4) return null;
  const text = page
    .toString('latin1', 4, 4 + page.readUInt16BE(2))
    .replaceAll('\0', '')
    .trim();
  return text === '' ? null : text;
}
