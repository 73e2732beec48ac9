import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BootableImage } from '../../qemu/bootable-image.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ImageManifest } from '../steps/image-manifest.ts';

/**
 * What is needed to boot an image, read from the manifest beside it.
 * @param image path of the .img file
 * @throws BoardsmithError FILE_UNUSABLE if manifest or firmware are not there or do not belong to the image; HOST_UNSUITABLE if QEMU cannot
 * play the board
 */
export async function readBootable(
  image: string,
): Promise<BootableImage & { readonly manifest: ImageManifest }> {
  const manifest = await readManifest(image);
  const folder = dirname(resolve(image));
  const file = (role: string): string | null => {
    const output = manifest.outputs.find((candidate) => candidate.role === role);
    return output === undefined ? null : join(folder, output.file);
  };
  const { qemu } = manifest.boot;
  const firmware = file('firmware');
  if (qemu === null || firmware === null) {
    throw new BoardsmithError('HOST_UNSUITABLE', `QEMU cannot play the board ${manifest.board}`, {
      hint: `build the same recipe for a board with a qemu section: boardsmith build ${manifest.recipe}`,
    });
  }
  await requireOutputs(folder, manifest.outputs);
  return {
    manifest,
    recipe: manifest.recipe,
    board: manifest.board,
    image: resolve(image),
    firmware,
    environmentFlash: file('firmware-environment'),
    machine: qemu,
    leastMemoryMiB: manifest.boot.leastMemoryMiB,
    console: manifest.boot.console,
    ports: manifest.boot.ports,
    health: manifest.boot.health,
  };
}

/** @throws BoardsmithError FILE_UNUSABLE */
async function readManifest(image: string): Promise<ImageManifest> {
  const file = image.replace(/\.img$/, '.manifest.json');
  if (!existsSync(image)) {
    throw new BoardsmithError('FILE_UNUSABLE', `there is no file ${image}`, {
      hint: 'boardsmith build RECIPE makes out/<recipe>-<board>.img',
    });
  }
  if (!image.endsWith('.img') || !existsSync(file)) {
    throw new BoardsmithError('FILE_UNUSABLE', `${image} is not an image with its manifest beside it`, {
      hint: `copy all files <recipe>-<board>.* that boardsmith build wrote; a burnt card is booted as one of its image: boardsmith boot IMAGE --card ${image}`,
    });
  }
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ImageManifest;
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot read ${file}`, {
      cause,
      hint: 'build the image again',
    });
  }
}

/** @throws BoardsmithError FILE_UNUSABLE with every file that is missing or has another size */
async function requireOutputs(folder: string, outputs: ImageManifest['outputs']): Promise<void> {
  const problems: string[] = [];
  for (const { file, size } of outputs) {
    const found = await stat(join(folder, file)).catch(() => null);
    if (found?.size === size) continue;
    problems.push(
      `${join(folder, file)} ${found === null ? 'is not there' : `has ${found.size} bytes, not ${size}`}`,
    );
  }
  if (problems.length === 0) return;
  throw new BoardsmithError('FILE_UNUSABLE', 'not all files are as the manifest of the image says', {
    hint: 'copy all files <recipe>-<board>.* that boardsmith build wrote, or build the image again',
    problems,
  });
}
