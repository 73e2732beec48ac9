import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type DiskOptions, type DiskPart, writeDisk } from '../../image/disk.ts';
import { withLastWords } from '../../image/last-words.ts';
import { layout } from '../../image/layout.ts';
import { ubootEnvironment, writeFlashBank } from '../../image/uboot-environment.ts';
import { blockSize } from '../../image/verity/verity-format.ts';
import { readVerityRecord, type VerityRecord } from '../../image/verity/verity-record.ts';
import type { Budgets } from '../../inspect/size-budgets.ts';
import { inThread } from '../../lock/byte-threads/byte-threads.ts';
import { WriteProgress } from '../../lock/byte-threads/write-progress.ts';
import type { OwnerRule } from '../../plan/file-owners.ts';
import type { ManifestBoot, ManifestInput } from '../../plan/manifest-parts.ts';
import type { ResolvedBoard } from '../../recipe/resolved-board.ts';
import { cycloneDx } from '../../sbom/cyclonedx.ts';
import type { SbomComponent } from '../../sbom/sbom-component.ts';
import { spdx } from '../../sbom/spdx.ts';
import { accountForImage } from '../account-for-image.ts';
import type { ImageManifest, ManifestOutput, ManifestRootFile } from '../image-manifest.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `boot`, `root`, `data`, `bootloader`, `components`. Output: `<unit>.img`, its SBOMs `<unit>.cdx.json` and `<unit>.spdx.json`,
 * `<unit>.manifest.json`, and for a board whose boot loader is not on the card `<unit>.firmware.bin` and, with an environment,
 * `<unit>.firmware-environment.bin`. A file that nobody owns, or a part over its budget, stops the build.
 */
export const sdImage: StepKind = {
  kind: 'sd-image',
  async run({ step, folder, output, signal, progress }) {
    const { unit, date, version, recipe, board, boot, inputs, sources, owners, budgets, program } =
      step.parameters as unknown as ImageParameters;
    const bootloader = join(folder('bootloader'), 'bootloader.bin');
    const contents = {
      'boot-a': join(folder('boot'), 'boot.fat'),
      'root-a': join(folder('root'), 'root.img'),
      data: join(folder('data'), 'data.ext4'),
    };
    const verity = readVerityRecord(await readFile(join(folder('root'), 'root.verity')));
    const sizes = {
      'boot-a': await sizeOf(contents['boot-a']),
      'root-a': verity.dataBlocks * blockSize,
      data: await sizeOf(contents.data),
      bootloader: await sizeOf(bootloader),
    };
    const digestOf = (file: string): Promise<string> => inThread('fileDigest', [file], signal);
    const { place, offset, environment } = board.bootloader;
    const image = join(output, `${unit}.img`);
    const { partitions, sha256 } = await writeAndHash({
      layout: layout(board, unit, sizes),
      contents,
      bootloader: place === 'card' ? { file: bootloader, offset: offset! } : null,
      output: image,
      signal,
    });
    progress('computing sha256 and listing what is in it');
    const written = [describeOutput('image', image, sha256)];
    if (place === 'firmware') {
      const firmware = join(output, `${unit}.firmware.bin`);
      await copyFile(bootloader, firmware);
      written.push(describeOutput('firmware', firmware, digestOf(firmware)));
      if (Object.keys(environment).length > 0) {
        const bank = join(output, `${unit}.firmware-environment.bin`);
        await writeFlashBank(bank, ubootEnvironment(withLastWords(environment, board.lastWords)));
        written.push(describeOutput('firmware-environment', bank, digestOf(bank)));
      }
    }
    const root: ManifestRootFile[] = JSON.parse(await readFile(join(folder('root'), 'files.json'), 'utf8'));
    const components: SbomComponent[] = JSON.parse(
      await readFile(join(folder('components'), 'components.json'), 'utf8'),
    );
    // Other threads compute, and meanwhile this one reads the image.
    const hashed = Promise.all(written);
    const [outputs, { bom, sizes: partSizes }] = await Promise.all([
      hashed,
      accountForImage({
        unit,
        date,
        version,
        image,
        outputs: hashed,
        partitions,
        root,
        components,
        owners,
        sources,
        budgets,
        program,
      }),
    ]);
    const [cdx, spdxFile] = [join(output, `${unit}.cdx.json`), join(output, `${unit}.spdx.json`)];
    await writeFile(cdx, cycloneDx(bom));
    await writeFile(spdxFile, spdx(bom));
    outputs.push(
      await describeOutput('sbom-cyclonedx', cdx, digestOf(cdx)),
      await describeOutput('sbom-spdx', spdxFile, digestOf(spdxFile)),
    );
    const manifest: ImageManifest = {
      manifestVersion: 1,
      recipe,
      board: board.name,
      date,
      outputs,
      partitions,
      sizes: partSizes,
      verity: describeVerity(verity),
      boot: { ...boot, kernelCommandLine: await readFile(join(folder('boot'), 'command-line'), 'utf8') },
      root,
      inputs,
      sources,
    };
    await writeFile(join(output, `${unit}.manifest.json`), `${JSON.stringify(manifest, null, 2)}\n`);
  },
};

interface ImageParameters {
  readonly unit: string;
  readonly date: string;
  readonly version: string;
  readonly owners: readonly OwnerRule[];
  readonly budgets: Budgets;
  readonly program: readonly string[];
  readonly recipe: string;
  readonly board: ResolvedBoard;
  readonly boot: Omit<ManifestBoot, 'kernelCommandLine'>;
  readonly inputs: readonly ManifestInput[];
  readonly sources: ImageManifest['sources'];
}

/** Writes a disk; a thread hashes what is written, and goes on when the disk is whole. */
async function writeAndHash(
  options: DiskOptions,
): Promise<{ readonly partitions: DiskPart[]; readonly sha256: Promise<string> }> {
  const progress = new WriteProgress();
  let sha256: Promise<string> | undefined;
  try {
    const partitions = await writeDisk({
      ...options,
      onWritten(file, bytes) {
        sha256 ??= inThread('fileDigest', [file, progress.shared], options.signal);
        // Whoever awaits it later is told of a failure then.
        sha256.catch(() => {});
        progress.reached(bytes);
      },
    });
    return { partitions, sha256: sha256! };
  } finally {
    progress.ended();
  }
}

function describeVerity({ dataBlocks, rootHash, salt }: VerityRecord): ImageManifest['verity'] {
  return { partition: 'root-a', dataBlocks, rootHash: rootHash.toString('hex'), salt: salt.toString('hex') };
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

async function describeOutput(
  role: ManifestOutput['role'],
  file: string,
  sha256: Promise<string>,
): Promise<ManifestOutput> {
  return { role, file: basename(file), size: await sizeOf(file), sha256: await sha256 };
}
