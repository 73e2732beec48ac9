import { BoardsmithError } from '../error/boardsmith-error.ts';

export interface ExtlinuxOptions {
  /** Title of the only entry. */
  readonly label: string;
  /** Paths on the boot partition, from its root: `/kernel`. */
  readonly kernel: string;
  readonly initramfs: string;
  /** null if the firmware hands a device tree over. */
  readonly deviceTree: string | null;
  /** Kernel command line, one argument an element. */
  readonly commandLine: readonly string[];
}

/**
 * `extlinux/extlinux.conf` as U-Boot reads it (doc/README.pxe in its sources): one entry, booted without a prompt.
 * @throws BoardsmithError STEP_FAILED if a value holds a line break or an argument a space
 */
export function extlinuxConfiguration(options: ExtlinuxOptions): string {
  const { label, kernel, initramfs, deviceTree, commandLine } = options;
  const lines = [
    `default ${label}`,
    `label ${label}`,
    `  kernel ${kernel}`,
    `  initrd ${initramfs}`,
    ...(deviceTree === null ? [] : [`  fdt ${deviceTree}`]),
    `  append ${commandLine.join(' ')}`,
  ];
  const values = [label, kernel, initramfs, deviceTree ?? '', ...commandLine];
  const bad = values.find((value) => /[\s\0]/.test(value));
  if (bad !== undefined) {
    throw new BoardsmithError('STEP_FAILED', `extlinux.conf cannot hold ${JSON.stringify(bad)}`, {
      hint: "give each argument of the kernel's command line as an element of its own in the board's file",
    });
  }
  return `${lines.join('\n')}\n`;
}
