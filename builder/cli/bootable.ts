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
  for (const output of manifest.outputs) await requireSize(join(folder, output.file), output.size);
  return {
    manifest,
    recipe: manifest.recipe,
    board: manifest.board,
    image: resolve(image),
    firmware,
    environmentFlash: file('firmware-environment'),
    machine: qemu,
    console: manifest.boot.console,
    ports: manifest.boot.ports,
    health: manifest.boot.health,
  };
}

/** @throws BoardsmithError FILE_UNUSABLE */
async function readManifest(image: string): Promise<ImageManifest> {
  const file = image.replace(/\.img$/, '.manifest.json');
  if (!image.endsWith('.img') || !existsSync(image) || !existsSync(file)) {
    throw new BoardsmithError('FILE_UNUSABLE', `${image} is not an image with its manifest beside it`, {
      hint: 'boardsmith build RECIPE makes both: out/<recipe>-<board>.img and .manifest.json',
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

async function requireSize(file: string, size: number): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.size === size) return;
  const what = found === null ? 'is not there' : `has ${found.size} bytes, not ${size}`;
  throw new BoardsmithError('FILE_UNUSABLE', `${file} ${what}, as its manifest says`, {
    hint: 'build the image again',
  });
}
