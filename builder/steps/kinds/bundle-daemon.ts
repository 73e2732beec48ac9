import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { StepKind } from '../step-kind.ts';

export const bundleDaemon: StepKind = {
  kind: 'bundle-daemon',
  async run({ step, folder, output, scratch }) {
    const entry = step.parameters.entry as { path: string };
    const input = step.inputs.sources;
    if (input?.from === 'source')
      for (const { path } of input.files) await cp(join(input.root, path), join(scratch, path));
    await execa(
      join(folder('esbuild'), 'package/bin/esbuild'),
      [
        entry.path,
        '--bundle',
        '--platform=node',
        '--target=node24',
        '--format=cjs',
        `--outfile=${join(output, 'daemon.cjs')}`,
      ],
      { cwd: scratch },
    );
  },
};
