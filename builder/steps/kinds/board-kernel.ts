import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Input `built`: a kernel built from source. Output as of a packaged kernel: `kernel`, an empty `modules/` and `modules.json`, and
 * `device-tree.dtb` if parameter `deviceTree` names one.
 */
export const boardKernel: StepKind = {
  kind: 'board-kernel',
  async run({ step, folder, output }) {
    const built = folder('built');
    const { deviceTree } = step.parameters as { deviceTree: string | null };
    await copyFile(join(built, 'kernel'), join(output, 'kernel'));
    await mkdir(join(output, 'modules'));
    await writeFile(join(output, 'modules.json'), '[]');
    if (deviceTree === null) return;
    await copyFile(join(built, 'device-trees', deviceTree), join(output, 'device-tree.dtb')).catch(
      (cause) => {
        throw new BoardsmithError('STEP_FAILED', `the kernel has no device tree ${deviceTree}`, {
          hint: "kernel.deviceTree is a path below arch/arm64/boot/dts; the fragment must have the processor's ARCH_ option",
          cause,
        });
      },
    );
  },
};
