import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastWordsNode, type TreeProperty } from '../../image/last-words.ts';
import type { LastWordsMemory } from '../../recipe/resolved-board.ts';
import { packagedTool } from '../../toolchain/packaged-tool.ts';
import type { StepKind } from '../step-kind.ts';

const parent = '/reserved-memory';

/**
 * Inputs `kernel` (its `device-tree.dtb`), `editor` (device-tree-compiler, unpacked). Output: `device-tree.dtb` with the memory of parameter
 * `lastWords`.
 */
export const deviceTree: StepKind = {
  kind: 'device-tree',
  async run({ step, folder, output, signal }) {
    const { lastWords } = step.parameters as unknown as { readonly lastWords: LastWordsMemory };
    const file = join(output, 'device-tree.dtb');
    await copyFile(join(folder('kernel'), 'device-tree.dtb'), file);
    const reader = await packagedTool(folder('editor'), { program: 'fdtget' });
    const writer = await packagedTool(folder('editor'), { program: 'fdtput' });
    const rootCells = async (property: string): Promise<number> =>
      Number((await reader.run([file, '/', property], { signal })).trim());
    const set = async (node: string, property: string, value: TreeProperty): Promise<void> => {
      const [type, values] = typeof value === 'string' ? ['s', [value]] : ['u', value.map(String)];
      await writer.run(['-p', '-t', type as string, file, node, property, ...values], { signal });
    };
    const cells = { address: await rootCells('#address-cells'), size: await rootCells('#size-cells') };
    // The kernel refuses reserved memory whose cells are not those of the root.
    await set(parent, '#address-cells', [cells.address]);
    await set(parent, '#size-cells', [cells.size]);
    await set(parent, 'ranges', []);
    const { name, properties } = lastWordsNode(lastWords, cells);
    for (const [property, value] of Object.entries(properties))
      await set(`${parent}/${name}`, property, value);
  },
};
