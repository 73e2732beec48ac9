import type { KernelFiles } from './kernel-files.ts';

/** What udev knows of a block device (systemd: sd-device's database, lines `E:NAME=VALUE`); empty where no udev runs. */
export async function udevProperties(
  files: KernelFiles,
  number: string,
): Promise<ReadonlyMap<string, string>> {
  const text = (await files.text(`run/udev/data/b${number}`)) ?? '';
  const properties = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^E:([^=]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && value !== '') properties.set(name, value);
  }
  return properties;
}
