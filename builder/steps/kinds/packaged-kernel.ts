import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { moduleClosure } from '../../rootfs/module-closure.ts';
import { unpackDeb } from '../../toolchain/unpack-deb.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Input `package`: Debian's kernel package. Output: `kernel` (the image), `modules/*.ko` (those of parameter `modules` and what they
 * need, not compressed), `modules.json` (their names in load order), `device-tree.dtb` if parameter `deviceTree` names one.
 */
export const packagedKernel: StepKind = {
  kind: 'packaged-kernel',
  async run({ step, files, scratch, output, signal, progress }) {
    const [deb] = files('package');
    progress('unpacking');
    await unpackDeb(deb!, scratch, { signal });
    const images = (await readdir(join(scratch, 'boot'))).filter((name) => name.startsWith('vmlinuz-'));
    if (images.length !== 1)
      throw new BoardsmithError('STEP_FAILED', `the kernel's package has ${images.length} kernels, not one`, {
        hint: 'kernel.package in the board file names a package with one kernel: linux-image-arm64',
      });
    const release = images[0]!.slice('vmlinuz-'.length);
    await copyFile(join(scratch, 'boot', images[0]!), join(output, 'kernel'));
    progress('looking up modules');
    const modules = await moduleClosure(
      join(scratch, 'usr/lib/modules', release),
      step.parameters.modules as string[],
    );
    await mkdir(join(output, 'modules'));
    for (const { name, content } of modules) await writeFile(join(output, 'modules', `${name}.ko`), content);
    await writeFile(join(output, 'modules.json'), JSON.stringify(modules.map(({ name }) => name)));
    const { deviceTree } = step.parameters;
    if (typeof deviceTree === 'string') {
      await copyFile(
        join(scratch, 'usr/lib', `linux-image-${release}`, deviceTree),
        join(output, 'device-tree.dtb'),
      ).catch((cause) => {
        throw new BoardsmithError(
          'STEP_FAILED',
          `the kernel's package has no device tree ${basename(deviceTree)}`,
          {
            hint: `kernel.deviceTree in the board file is a path below usr/lib/linux-image-${release}`,
            cause,
          },
        );
      });
    }
  },
};
