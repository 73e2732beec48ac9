import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Card } from '../../builder/inspect/card.ts';
import { isElf } from '../../builder/rootfs/elf/read-elf.ts';
import { readSlotFiles } from '../../qemu/slot/slot-files.ts';
import { buildTestImage } from '../support/test-build.ts';
import { type BootTimes, bootTimes, insideFigures } from './boot-figures.ts';
import { denseImageBytes } from './dense-image.ts';
import { type Figures, type FileCounts, median } from './figures.ts';
import { imageSizes } from './image-sizes.ts';

/** Builds the appliance for a board and measures it. @param boots how often each way is booted */
export async function boardsmithFigures(board: string, boots: number): Promise<Figures> {
  const image = await buildTestImage({ recipe: 'recipes/cxo', board });
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-bench-slot-'));
  try {
    const slot = await readSlotFiles(image.image, 'a');
    const direct = {
      kernel: join(folder, 'kernel'),
      initramfs: join(folder, 'initramfs'),
      commandLine: slot.commandLine,
    };
    await writeFile(direct.kernel, slot.kernel);
    await writeFile(direct.initramfs, slot.initramfs);
    const inside = await insideFigures(image, direct, 'cxo');
    const times: BootTimes[] = [];
    const byBootLoader: BootTimes[] = [];
    for (let boot = 0; boot < boots; boot += 1) {
      times.push(await bootTimes(image, direct));
      byBootLoader.push(await bootTimes(image, null));
    }
    const starts = times.map(({ daemonStarts }) => daemonStarts).filter((time) => time !== null);
    return {
      name: `Boardsmith, ${board}`,
      ...(await imageSizes(image.image)),
      releaseBytes: await denseImageBytes(board),
      ready: median(times.map(({ ready }) => ready)),
      daemonStarts: starts.length === 0 ? null : median(starts),
      readyByBootLoader: median(byBootLoader.map(({ ready }) => ready)),
      ...inside,
      ...(await fileCounts(image.image)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of every file system in the image, the initramfs too. */
async function fileCounts(image: string): Promise<FileCounts> {
  const card = await Card.open(image);
  try {
    const files = (await card.files()).filter(({ type }) => type === 'file');
    const elf = await Promise.all(files.map(async ({ read }) => isElf(await read())));
    return {
      files: files.length,
      elfFiles: elf.filter(Boolean).length,
      setuidFiles: files.filter(({ mode }) => ((mode ?? 0) & 0o6000) !== 0).length,
    };
  } finally {
    await card.close();
  }
}
