import { formatSize } from '../../quantity.ts';
import { boardRule } from '../board-fields.ts';

/**
 * Images keep the entries of the partition table in sector 4096 (builder/image/layout.ts): what is before is the boot loader's. The table's
 * header in sectors 0 and 1 cannot be hit: the smallest size that can be written is 1 KiB.
 */
const tableEntries = 4096 * 512;

export const bootloaderRules = [
  boardRule('bootloader-one-origin', ['bootloader'], ({ bootloader }, report) => {
    if ((bootloader.package === null) !== (bootloader.source === null)) return;
    report({
      at: ['bootloader'],
      on: 'key',
      message: `the boot loader ${bootloader.package === null ? 'comes from nowhere' : 'is a package and built from source'}`,
      remedy: 'give package: (ready-made) or source: (built here), one of them',
    });
  }),

  boardRule(
    'bootloader-fragment-readable',
    ['bootloader'],
    ({ bootloader: { source } }, report, { fragments }) => {
      if (source === null || typeof fragments.bootloader !== 'string') return;
      report({
        at: ['bootloader', 'source', 'fragment'],
        message: `the fragment ${source.fragment} cannot be read (${fragments.bootloader.replace(/, .*/, '')})`,
        remedy: "write its path from the folder of the board's file",
      });
    },
  ),

  boardRule('card-needs-offset', ['bootloader'], ({ bootloader }, report) => {
    if (bootloader.place !== 'card' || bootloader.offset !== null) return;
    report({
      at: ['bootloader', 'place'],
      message: 'a boot loader on the card needs its offset',
      remedy: "add offset: as the processor's boot ROM wants it, for example 8 KiB",
    });
  }),

  boardRule('firmware-has-no-offset', ['bootloader'], ({ bootloader }, report) => {
    if (bootloader.place !== 'firmware' || bootloader.offset === null) return;
    report({
      at: ['bootloader', 'offset'],
      on: 'key',
      message: 'a boot loader in the firmware has no offset on the card',
      remedy: 'remove offset, or write place: card',
    });
  }),

  boardRule('card-has-no-environment', ['bootloader'], ({ bootloader }, report) => {
    if (bootloader.place !== 'card' || Object.keys(bootloader.environment).length === 0) return;
    report({
      at: ['bootloader', 'environment'],
      on: 'key',
      message: 'a boot loader on the card has the environment that it was built with',
      remedy: 'remove environment',
    });
  }),

  boardRule('firmware-needs-qemu', ['bootloader', 'qemu'], ({ bootloader, qemu }, report) => {
    if (bootloader.place !== 'firmware' || qemu !== null) return;
    report({
      at: ['bootloader', 'place'],
      message: 'firmware is the flash of a machine that QEMU plays, but there is no qemu',
      remedy: 'add qemu:, or write place: card',
    });
  }),

  // Whether it ends before them too is known when its package is unpacked: builder/image/layout.ts.
  boardRule('offset-before-table-entries', ['bootloader'], ({ bootloader: { offset } }, report) => {
    if (offset === null || offset < tableEntries) return;
    report({
      at: ['bootloader', 'offset'],
      message: `the boot loader would lie on the partition table's entries (at ${formatSize(tableEntries)}) or behind them`,
      remedy: `begin before ${formatSize(tableEntries)}`,
    });
  }),
];
