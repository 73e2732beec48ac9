import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEnvironment } from '../../compile/build-environment.ts';
import { notTaken, parseConfiguration, parseFragment } from '../../compile/kernel-fragment.ts';
import { sourceDateFile } from '../../compile/make-kernel.ts';
import { makeUboot } from '../../compile/make-uboot.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { unpackDeb } from '../../toolchain/unpack-deb.ts';
import type { StepKind } from '../step-kind.ts';

interface Parameters {
  /** Name of the defconfig, without `_defconfig`. */
  readonly configuration: string;
  /** Name of the fragment. */
  readonly fragment: string;
  /** Name of what is wanted of the build. */
  readonly file: string;
  /** Path in the package of the firmware, or null. */
  readonly firmware: string | null;
}

/**
 * Inputs `environment`, `source`, `fragment`, and `firmware` (a package) if the parameter of that name is not null. Output:
 * `bootloader.bin`, and `config`. An option of the fragment that did not take stops the build.
 */
export const builtBootloader: StepKind = {
  kind: 'built-bootloader',
  cost: 'about 2 minutes on 2 cores',
  async run({ step, files, folder, output, scratch, signal, progress }) {
    const { configuration, fragment: name, file, firmware } = step.parameters as unknown as Parameters;
    const build = join(scratch, 'build');
    await mkdir(build);
    const source = folder('source');
    const tree = {
      environment: buildEnvironment(folder('environment')),
      ...{ source, build, signal },
      timeStamp: Number(await readFile(join(source, sourceDateFile), 'utf8')),
      firmware:
        firmware === null ? null : await takeFirmware(files('firmware')[0]!, firmware, scratch, signal),
    };
    const text = await readFile(join(folder('fragment'), name), 'utf8');
    const fragment = parseFragment(text, name);
    await makeUboot(tree, [`${configuration}_defconfig`]);
    const config = join(build, '.config');
    await appendFile(config, `\n${text}`);
    await makeUboot(tree, ['olddefconfig']);
    const problems = notTaken(fragment, parseConfiguration(await readFile(config, 'utf8')));
    if (problems.length > 0) {
      throw new BoardsmithError('STEP_FAILED', `the boot loader cannot be configured as ${name} says`, {
        problems,
        hint: `correct ${name}, or add what these options depend on`,
      });
    }
    let compiled = 0;
    await makeUboot(tree, ['all'], (line) => {
      const made = /^ {2}(?:CC|AS|LD|BINMAN) +(\S+)/.exec(line)?.[1];
      if (made === undefined) return;
      compiled += 1;
      if (compiled % linesApart === 0) progress(`${compiled} files compiled (${made})`);
    });
    await copyFile(join(build, file), join(output, 'bootloader.bin')).catch((cause) => {
      throw new BoardsmithError('STEP_FAILED', `the build of the boot loader makes no file ${file}`, {
        hint: 'bootloader.file in the board file names what it makes, for example u-boot-sunxi-with-spl.bin',
        cause,
      });
    });
    await copyFile(config, join(output, 'config'));
  },
};

/** A line for each file would fill a log. */
const linesApart = 50;

async function takeFirmware(
  deb: string,
  path: string,
  scratch: string,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(scratch, 'firmware');
  await unpackDeb(deb, folder, { only: (candidate) => candidate === path, signal });
  const file = join(folder, path);
  await readFile(file).catch((cause) => {
    throw new BoardsmithError('STEP_FAILED', `the firmware's package has no file ${path}`, {
      hint: 'bootloader.source.firmware.file names a path inside the package, without a leading slash',
      cause,
    });
  });
  return file;
}
