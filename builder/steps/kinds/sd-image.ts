import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeDisk } from '../../image/disk.ts';
import { withLastWords } from '../../image/last-words.ts';
import { layout } from '../../image/layout.ts';
import { ubootEnvironment, writeFlashBank } from '../../image/uboot-environment.ts';
import { blockSize } from '../../image/verity/verity-format.ts';
import { readVerityRecord, type VerityRecord } from '../../image/verity/verity-record.ts';
import type { Budgets } from '../../inspect/size-budgets.ts';
import { sha256OfFile } from '../../lock/sha256-of-file.ts';
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
    const { place, offset, environment } = board.bootloader;
    const image = join(output, `${unit}.img`);
    const partitions = await writeDisk({
      layout: layout(board, unit, sizes),
      contents,
      bootloader: place === 'card' ? { file: bootloader, offset: offset! } : null,
      output: image,
      signal,
    });
    progress('computing sha256');
    const outputs: ManifestOutput[] = [await describeOutput('image', image)];
    if (place === 'firmware') {
      const firmware = join(output, `${unit}.firmware.bin`);
      await copyFile(bootloader, firmware);
      outputs.push(await describeOutput('firmware', firmware));
      if (Object.keys(environment).length > 0) {
        const bank = join(output, `${unit}.firmware-environment.bin`);
        await writeFlashBank(bank, ubootEnvironment(withLastWords(environment, board.lastWords)));
        outputs.push(await describeOutput('firmware-environment', bank));
      }
    }
    progress('listing what is in it');
    const root: ManifestRootFile[] = JSON.parse(await readFile(join(folder('root'), 'files.json'), 'utf8'));
    const components: SbomComponent[] = JSON.parse(
      await readFile(join(folder('components'), 'components.json'), 'utf8'),
    );
    const { bom, sizes: partSizes } = await accountForImage({
      unit,
      date,
      version,
      image,
      outputs,
      partitions,
      root,
      components,
      owners,
      sources,
      budgets,
      program,
    });
    const [cdx, spdxFile] = [join(output, `${unit}.cdx.json`), join(output, `${unit}.spdx.json`)];
    await writeFile(cdx, cycloneDx(bom));
    await writeFile(spdxFile, spdx(bom));
    outputs.push(await describeOutput('sbom-cyclonedx', cdx), await describeOutput('sbom-spdx', spdxFile));
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

function describeVerity({ dataBlocks, rootHash, salt }: VerityRecord): ImageManifest['verity'] {
  return { partition: 'root-a', dataBlocks, rootHash: rootHash.toString('hex'), salt: salt.toString('hex') };
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

async function describeOutput(role: ManifestOutput['role'], file: string): Promise<ManifestOutput> {
  return { role, file: basename(file), size: await sizeOf(file), sha256: await sha256OfFile(file) };
}
