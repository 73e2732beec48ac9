/** What an extlinux.conf starts. */
export interface ExtlinuxEntry {
  /** Paths on the boot partition, from its root. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly deviceTree: string | null;
  readonly commandLine: string;
}

/** The only entry of an extlinux.conf as Boardsmith writes it; null if kernel or initramfs are missing. */
export function readExtlinux(text: string): ExtlinuxEntry | null {
  const value = (key: string): string | undefined =>
    new RegExp(`^\\s*${key}\\s+(.+?)\\s*$`, 'mi').exec(text)?.[1];
  const [kernel, initramfs, deviceTree, commandLine] = ['(?:kernel|linux)', 'initrd', 'fdt', 'append'].map(
    value,
  );
  if (kernel === undefined || initramfs === undefined) return null;
  return { kernel, initramfs, deviceTree: deviceTree ?? null, commandLine: commandLine ?? '' };
}
