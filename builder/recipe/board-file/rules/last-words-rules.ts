import { formatSize, mebibyte } from '../../quantity.ts';
import { type BoardFields, boardRule } from '../board-fields.ts';

/** Whatever the size of the kernel's pages. */
const alignment = 64 * 1024;
const least = alignment;
const most = mebibyte;
/**
 * U-Boot moves itself to the end of memory: program, stack and heap (64 MiB for Allwinner, CONFIG_SYS_MALLOC_LEN) are written at every start,
 * before the kernel could read anything there.
 */
const bootLoaderOwn = 128 * mebibyte;
/** What a boot loader loads begins below this; the last is Allwinner's ramdisk at 255 MiB (include/configs/sunxi-common.h). */
const loadsBelow = 256 * mebibyte;
/** Both are needed to say it to a kernel whose device tree comes from the firmware: builder/image/last-words.ts. */
const neededVariables = ['fdt_addr', 'bootcmd'];

const hex = (address: number): string => `0x${address.toString(16)}`;

export const lastWordsRules = [
  boardRule(
    'last-words-know-memory',
    ['lastWords', 'memoryAddress'],
    ({ lastWords, memoryAddress }, report) => {
      if (lastWords === null || memoryAddress !== null) return;
      report({
        at: ['lastWords'],
        on: 'key',
        message: 'without memoryAddress nobody can tell whether this is memory',
        remedy: 'add memoryAddress: where the memory begins, for example "0x40000000"',
      });
    },
  ),

  boardRule('last-words-aligned', ['lastWords'], ({ lastWords }, report) => {
    if (lastWords === null) return;
    const { address, size } = lastWords;
    if (address % alignment !== 0) {
      report({
        at: ['lastWords', 'address'],
        message: `${hex(address)} is no multiple of ${formatSize(alignment)}`,
        remedy: `write ${hex(Math.ceil(address / alignment) * alignment)}, for example`,
      });
    }
    if (size >= least && size <= most && Number.isInteger(Math.log2(size))) return;
    report({
      at: ['lastWords', 'size'],
      message: `${formatSize(size)} cannot be divided as the kernel needs it`,
      remedy: `write a power of two from ${formatSize(least)} to ${formatSize(most)}`,
    });
  }),

  boardRule(
    'last-words-in-memory',
    ['lastWords', 'memoryAddress', 'memory', 'partitions', 'qemu'],
    ({ lastWords, memoryAddress, memory, partitions, qemu }, report) => {
      if (lastWords === null || memoryAddress === null) return;
      const end = memoryAddress + Math.min(memory, qemu?.memory ?? memory) - bootLoaderOwn;
      if (lastWords.address >= memoryAddress && lastWords.address + lastWords.size <= end) return;
      report({
        at: ['lastWords', 'address'],
        message: `${hex(lastWords.address)} lies outside of the memory, or in its last ${formatSize(bootLoaderOwn)}, where the boot loader itself lies`,
        remedy: `write an address from ${hex(memoryAddress + loadsBelow + partitions.boot)} to ${hex(end - lastWords.size)}`,
      });
    },
  ),

  boardRule(
    'last-words-clear-of-loads',
    ['lastWords', 'memoryAddress', 'partitions', 'bootloader'],
    ({ lastWords, memoryAddress, partitions, bootloader }, report) => {
      if (lastWords === null || memoryAddress === null) return;
      // Nothing that is loaded is larger than the partition that it comes from.
      const places = [
        {
          name: 'what a boot loader loads',
          from: memoryAddress,
          to: memoryAddress + loadsBelow + partitions.boot,
        },
        ...loadAddresses(bootloader).map(({ name, address }) => ({
          name,
          from: address,
          to: address + partitions.boot,
        })),
      ];
      const hit = places.find(
        ({ from, to }) => lastWords.address < to && lastWords.address + lastWords.size > from,
      );
      if (hit === undefined) return;
      report({
        at: ['lastWords', 'address'],
        message: `${hex(lastWords.address)} is overwritten at every start: ${hit.name} may reach from ${hex(hit.from)} to ${hex(hit.to)}`,
        remedy: `write an address from ${hex(Math.max(...places.map(({ to }) => to)))}`,
      });
    },
  ),

  boardRule(
    'last-words-in-device-tree',
    ['lastWords', 'kernel', 'bootloader'],
    ({ lastWords, kernel, bootloader }, report) => {
      if (lastWords === null) return;
      const missing =
        bootloader.place === 'card'
          ? kernel.deviceTree === null && 'kernel: deviceTree:'
          : neededVariables.find((name) => bootloader.environment[name] === undefined);
      if (!missing) return;
      report({
        at: ['lastWords'],
        on: 'key',
        message: `the kernel learns of this memory from its device tree, and without ${missing} nobody can write it there`,
        remedy: `add ${bootloader.place === 'card' ? missing : `${missing} to bootloader: environment:`}`,
      });
    },
  ),

  boardRule('last-words-have-driver', ['lastWords', 'kernel'], ({ lastWords, kernel }, report) => {
    if (lastWords === null || kernel.package === null) return;
    if (kernel.modules.includes('ramoops')) return;
    report({
      at: ['lastWords'],
      on: 'key',
      message: 'the kernel keeps its last words with the module ramoops, which is not loaded',
      remedy: 'add ramoops to kernel: modules:',
    });
  }),
];

/** Variables of an environment that are addresses, by their names in U-Boot (doc/usage/environment.rst). */
function loadAddresses({
  environment,
}: BoardFields['bootloader']): { readonly name: string; readonly address: number }[] {
  return Object.entries(environment)
    .filter(([name, value]) => /addr/.test(name) && /^(0x)?[0-9a-f]+$/i.test(value))
    .map(([name, value]) => ({ name, address: Number.parseInt(value.replace(/^0x/i, ''), 16) }));
}
