import { symlink, unlink } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packagedTool } from '../../toolchain/packaged-tool.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `image` (the output of `sd-image`) and `tool`; parameters `unit` and `format`. Output: `<unit>.img.zst` or `<unit>.img.xz`.
 * As many threads as there are cores: both tools cut their input by its length alone, so that the bytes are the same for any number.
 */
export const compressImage: StepKind = {
  kind: 'compress-image',
  async run({ step, folder, output, signal }) {
    const unit = String(step.parameters.unit);
    const compress = step.parameters.format === 'zstd' ? compressZstd : compressXz;
    await compress({
      tools: folder('tool'),
      image: join(folder('image'), `${unit}.img`),
      output: join(output, `${unit}.img`),
      threads: availableParallelism(),
      signal,
    });
  },
};

export interface Compression {
  /** Folder with the unpacked tool. */
  readonly tools: string;
  readonly image: string;
  /** Path of the result without `.zst` or `.xz`. */
  readonly output: string;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/**
 * Level 9, without long-distance matching: a window of 4 MiB, which every reader takes. Kernel and root are packed already: the image of the
 * store (454 MB, of which 83 are not zero) becomes 55.6 MB; level 3 makes 56.8 of it in half the time, level 19 53.8 in over twenty times that.
 */
export async function compressZstd({ tools, image, output, threads, signal }: Compression): Promise<void> {
  const zstd = await packagedTool(tools, { program: 'zstd' });
  const args = ['-q', '-9', `-T${threads}`, '--check', '--no-progress', image, '-o', `${output}.zst`];
  await zstd.run(args, { signal });
}

/**
 * Preset 6 in blocks of 24 MiB, three times its dictionary, which is xz's own choice. The `+` has one thread write what several write:
 * blocks with their sizes in front. Without a limit of memory, under which xz would go on with other settings.
 */
export async function compressXz({ tools, image, output, threads, signal }: Compression): Promise<void> {
  const xz = await packagedTool(tools, { program: 'xz' });
  const settings = ['-6', '--block-size=24MiB', `--threads=+${threads}`, '--check=crc64', '--no-adjust'];
  // xz puts its result beside what it is told to read, and reads through a link when it is forced to.
  await symlink(image, output);
  await xz.run(['-q', '--keep', '--force', ...settings, output], { signal });
  await unlink(output);
}
