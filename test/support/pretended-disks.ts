import type { PretendedDisk } from './pretended-machine.ts';

/** Disks as they lie in machines: what the kernel shows of each kind. */

export function nvmeDisk(partitions: Readonly<Record<string, string>>): PretendedDisk {
  const controller = 'pci0000:00/0000:00:1d.0/0000:01:00.0/nvme/nvme0/nvme0n1';
  return {
    name: 'nvme0n1',
    number: '259:0',
    gigabytes: 512.1,
    place: controller,
    hardware: {
      [`${controller}/model`]: 'Samsung SSD 980 512GB      \n',
      [`${controller}/serial`]: 'S64DNF0R  \n',
    },
    partitions,
  };
}

export function sataDisk(
  letter: string,
  partitions: Readonly<Record<string, string>>,
  gigabytes = 64,
): PretendedDisk {
  const index = letter.charCodeAt(0) - 97;
  const place = `pci0000:00/0000:00:17.0/ata${index + 1}/host${index}/target${index}:0:0/${index}:0:0:0`;
  return {
    name: `sd${letter}`,
    number: `8:${index * 16}`,
    gigabytes,
    place,
    hardware: {
      [`${place}/vendor`]: 'ATA     \n',
      [`${place}/model`]: 'WDC WD5000      \n',
      [`${place}/vpd_pg80`]: `\0\x80\0\x0cWD-WX${letter.toUpperCase()}1234\0\0`,
    },
    partitions,
  };
}

export interface UsbReader {
  readonly letter: string;
  /** USB port: `1-2`. */
  readonly port: string;
  readonly gigabytes?: number;
  readonly serial?: string;
  readonly partitions?: Readonly<Record<string, string>>;
  readonly removable?: boolean;
  readonly readOnly?: boolean;
  readonly sequence?: string;
}

/** A USB card reader; without `gigabytes` there is no card in it. */
export function usbReader(reader: UsbReader): PretendedDisk {
  const { letter, port, gigabytes = 0, serial, partitions = {}, sequence = '9' } = reader;
  const index = letter.charCodeAt(0) - 97;
  const usb = `pci0000:00/0000:00:14.0/usb1/${port}`;
  const place = `${usb}/${port}:1.0/host${index}/target${index}:0:0/${index}:0:0:0`;
  return {
    name: `sd${letter}`,
    number: `8:${index * 16}`,
    gigabytes,
    place,
    hardware: {
      [`${usb}/idVendor`]: '05e3\n',
      ...(serial === undefined ? {} : { [`${usb}/serial`]: `${serial}\n` }),
      [`${place}/vendor`]: 'Generic \n',
      [`${place}/model`]: 'STORAGE DEVICE  \n',
    },
    own: { diskseq: `${sequence}\n` },
    partitions,
    removable: reader.removable ?? true,
    readOnly: reader.readOnly ?? false,
  };
}

/** An SD card in a slot of the machine's own, or an eMMC. */
export function mmcDisk(
  name: string,
  type: 'SD' | 'MMC',
  partitions: Readonly<Record<string, string>> = {},
): PretendedDisk {
  const index = Number(name.slice(-1));
  const place = `platform/sdhci.${index}/mmc_host/mmc${index}/mmc${index}:0001`;
  return {
    name,
    number: `179:${index * 32}`,
    gigabytes: 31.9,
    place,
    hardware: {
      [`${place}/type`]: `${type}\n`,
      [`${place}/name`]: type === 'SD' ? 'SC32G\n' : 'DG4032\n',
      [`${place}/serial`]: '0x7bf9d2a1\n',
      [`${place}/cid`]: '0353445343333247807bf9d2a1014900\n',
    },
    partitions,
  };
}
