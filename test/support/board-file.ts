import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** Writes the file of a board whose boot loader lies on the card, and returns its path. */
export function boardFile({ offset = '8 KiB' }: { readonly offset?: string } = {}): string {
  const file = join(temporaryFolder('board'), 'plain.yaml');
  writeFileSync(
    file,
    `name: plain
description: A board with a boot loader on its card
architecture: arm64
memory: 1 GiB
kernel:
  package: linux-image-arm64
  commandLine: [panic=10]
bootloader:
  package: u-boot-sunxi
  file: usr/lib/u-boot/plain/u-boot-sunxi-with-spl.bin
  place: card
  offset: ${offset}
console:
  device: ttyS0
  baud: 115200
partitions:
  boot: 64 MiB
  root: 128 MiB
  state: 8 MiB
  identity: 4 MiB
  data: 32 MiB
`,
  );
  return file;
}
