import { createHash } from 'node:crypto';
import { copyFile, open, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256OfFile } from '../../../builder/lock/sha256-of-file.ts';
import { cycloneDx } from '../../../builder/sbom/cyclonedx.ts';
import { spdx } from '../../../builder/sbom/spdx.ts';
import type { ManifestOutput } from '../../../builder/steps/image-manifest.ts';
import type { StepKind } from '../../../builder/steps/step-kind.ts';
import type { ReleaseImageFacts } from '../build-release-image.ts';
import { growToCard } from '../grow-to-card.ts';
import { releaseBom } from '../release-bom.ts';
import type { ReleaseDisk, ReleaseManifest } from '../release-disk.ts';
import { gunzipImage, rootOfImage } from '../root-of-image.ts';

/**
 * Inputs `image` and, for a router that QEMU can play, `firmware`. Parameter `disk`. Output: what an image of Boardsmith's consists of, so
 * that it is published, booted and burnt as one: `<unit>.img`, its SBOMs, its firmware, and `<unit>.manifest.json`.
 */
export const openwrtDisk: StepKind = {
  kind: 'openwrt-disk',
  async run({ step, folder, output, signal, progress }) {
    const disk = step.parameters.disk as ReleaseDisk;
    const { unit, fileSystem } = disk;
    if (fileSystem === 'tar') throw new Error('a root by itself is no disk');
    const facts: ReleaseImageFacts = JSON.parse(await readFile(join(folder('image'), 'router.json'), 'utf8'));
    const file = (ending: string): string => join(output, `${unit}.${ending}`);
    progress('unpacking the image');
    await gunzipImage(join(folder('image'), facts.image), file('img'), signal);
    const partitions = await growToCard(file('img'));
    const image = await describe('image', file('img'), signal);
    const outputs = [image];
    if (step.inputs.firmware !== undefined) {
      await copyFile(join(folder('firmware'), 'bootloader.bin'), file('firmware.bin'));
      outputs.push(await describe('firmware', file('firmware.bin'), signal));
    }
    const bom = releaseBom(disk, facts, {
      image: image.sha256,
      root: await rootHash(file('img'), fileSystem),
    });
    await writeFile(file('cdx.json'), cycloneDx(bom));
    await writeFile(file('spdx.json'), spdx(bom));
    outputs.push(
      await describe('sbom-cyclonedx', file('cdx.json'), signal),
      await describe('sbom-spdx', file('spdx.json'), signal),
    );
    const { recipe, board, date, inputs, files, boot, release, unitSecrets } = disk;
    const manifest: ReleaseManifest = {
      manifestVersion: 1,
      ...{ recipe, board, date, outputs, partitions, boot, inputs },
      sizes: [],
      root: [],
      sources: files.map(({ path, sha256 }) => ({ path: `router${path}`, sha256 })),
      openwrt: {
        version: release,
        unit: unitSecrets,
        packages: facts.packages.map(({ name, version }) => ({ name, version })),
      },
    };
    await writeFile(file('manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  },
};

async function rootHash(image: string, kind: 'squashfs' | 'ext4'): Promise<string> {
  const handle = await open(image, 'r');
  try {
    const hash = createHash('sha256');
    for await (const piece of (await rootOfImage(handle, kind)).pieces()) hash.update(piece);
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

async function describe(
  role: ManifestOutput['role'],
  file: string,
  signal: AbortSignal,
): Promise<ManifestOutput> {
  const { size } = await stat(file);
  return { role, file: basename(file), size, sha256: await sha256OfFile(file, signal) };
}
