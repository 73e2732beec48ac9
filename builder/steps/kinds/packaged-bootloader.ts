import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { unpackDeb } from '../../toolchain/unpack-deb.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `package`: the Debian package of a boot loader. Output: `bootloader.bin`. */
export const packagedBootloader: StepKind = {
  kind: 'packaged-bootloader',
  async run({ step, files, scratch, output, signal }) {
    const [deb] = files('package');
    const wanted = String(step.parameters.file);
    await unpackDeb(deb!, scratch, { only: (path) => path === wanted, signal });
    const file = join(scratch, wanted);
    const found = await stat(file).catch(() => null);
    if (found === null) {
      throw new BoardsmithError('STEP_FAILED', `the boot loader's package has no file ${wanted}`, {
        hint: 'bootloader.file in the board file names a path inside the package, without a leading slash',
      });
    }
    await copyFile(file, join(output, 'bootloader.bin'));
  },
};
