import type { LastWordsMemory } from '../recipe/resolved-board.ts';

/** A property of a node: a text, or numbers of 32 bits. */
export type TreeProperty = string | readonly number[];

/** Check bytes for every 128 of content: memory that was not refreshed for a moment may have lost some bits. */
const eccSize = 16;
/** KMSG_DUMP_PANIC of include/linux/kmsg_dump.h: an orderly reboot leaves no words. */
const maxReason = 1;

/**
 * The node below `/reserved-memory` from which the kernel learns where to keep its last words
 * (Documentation/devicetree/bindings/reserved-memory/ramoops.yaml): two records of a panic, the last lines of
 * its console, and those of the daemon (a kernel that cannot keep the latter two leaves their places empty).
 * @param cells how many numbers of 32 bits an address and a size have in this tree
 */
export function lastWordsNode(
  { address, size }: LastWordsMemory,
  cells: { readonly address: number; readonly size: number },
): { readonly name: string; readonly properties: Readonly<Record<string, TreeProperty>> } {
  return {
    name: `ramoops@${address.toString(16)}`,
    properties: {
      compatible: 'ramoops',
      reg: [...inCells(address, cells.address), ...inCells(size, cells.size)],
      'record-size': [size / 4],
      'console-size': [size / 4],
      'pmsg-size': [size / 4],
      'ecc-size': [eccSize],
      'max-reason': [maxReason],
    },
  };
}

/**
 * The environment of a boot loader whose device tree comes from the firmware, with what writes that node into it before it boots. A command
 * that fails does not keep it from booting.
 */
export function withLastWords(
  environment: Readonly<Record<string, string>>,
  memory: LastWordsMemory | null,
): Readonly<Record<string, string>> {
  if (memory === null) return environment;
  // As QEMU's virt machine has it. The kernel refuses a node whose cells are not those of the root.
  const cells = { address: 2, size: 2 };
  const { name, properties } = lastWordsNode(memory, cells);
  const parent = '/reserved-memory';
  const set = (path: string, property: string, value: TreeProperty): string =>
    `fdt set ${path} ${property} ${typeof value === 'string' ? value : `<${value.map(hex).join(' ')}>`}`;
  const commands = [
    'fdt addr $fdt_addr',
    'fdt resize 1000',
    `fdt mknode / ${parent.slice(1)}`,
    // Quoted: to U-Boot's shell the rest would be a comment.
    set(parent, '"#address-cells"', [cells.address]),
    set(parent, '"#size-cells"', [cells.size]),
    `fdt set ${parent} ranges`,
    `fdt mknode ${parent} ${name}`,
    ...Object.entries(properties).map(([property, value]) => set(`${parent}/${name}`, property, value)),
  ];
  return {
    ...environment,
    last_words: commands.join('; '),
    bootcmd: `run last_words; ${environment.bootcmd ?? ''}`,
  };
}

function inCells(value: number, cells: number): number[] {
  const low = value % 2 ** 32;
  return cells === 1 ? [value] : [Math.floor(value / 2 ** 32), low];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
