import { createHash } from 'node:crypto';
import type { DiskPart } from '../image/disk.ts';
import { auditOwnership, ownersOf } from '../inspect/audit-ownership.ts';
import { Card } from '../inspect/card.ts';
import type { CardFile } from '../inspect/card-file.ts';
import { type Budgets, type PartSize, requireBudgets } from '../inspect/size-budgets.ts';
import type { OwnerRule } from '../plan/file-owners.ts';
import type { ManifestSource } from '../plan/manifest-parts.ts';
import { requireClean } from '../rootfs/audit/require-clean.ts';
import { componentOfSource, ownComponents } from '../sbom/own-components.ts';
import type { SbomComponent } from '../sbom/sbom-component.ts';
import type { SbomFile, SbomImage, SbomPlace } from '../sbom/sbom-image.ts';
import type { ManifestOutput, ManifestRootFile } from './image-manifest.ts';

export interface WrittenImage {
  readonly unit: string;
  readonly date: string;
  readonly version: string;
  /** The finished image. */
  readonly image: string;
  /** The image and what lies beside it, once they are hashed. */
  readonly outputs: Promise<readonly ManifestOutput[]>;
  readonly partitions: readonly DiskPart[];
  /** Files of the root with their hashes, so that they need not be unpacked again. */
  readonly root: readonly ManifestRootFile[];
  /** Of everything from the lock that is in it. */
  readonly components: readonly SbomComponent[];
  readonly owners: readonly OwnerRule[];
  readonly budgets: Budgets;
  /** Paths in the root of the program and of its runtime. */
  readonly program: readonly string[];
  readonly sources: readonly ManifestSource[];
}

/**
 * Reads the files back out of a finished image and says for each which components it is of.
 * @throws BoardsmithError AUDIT_FAILED with every file that belongs to nobody, or with every part if one is over its budget
 */
export async function accountForImage(
  written: WrittenImage,
): Promise<{ readonly bom: SbomImage; readonly sizes: readonly PartSize[] }> {
  const card = await Card.open(written.image);
  try {
    const [parts, files] = [await card.parts(), await card.files()];
    const outputs = await written.outputs;
    const beside = outputs.filter(({ role }) => role.startsWith('firmware'));
    requireOwners(written, { parts, files, beside: beside.map(({ role }) => role) });
    const { program } = written;
    const sizes = requireBudgets(
      { parts, files, slot: 'a', program },
      written.budgets,
      `the image ${written.unit}`,
    );
    const hashOf = fileHash(written);
    const ids = new Set(written.components.map(({ id }) => id));
    const componentsOf = (place: string, path: string): string[] => {
      const owners = ownersOf(written.owners, place, path) ?? [];
      const components = owners.map((owner) => (/^\w+:/.test(owner) ? owner : componentOfSource(owner)));
      // Of a daemon's npm packages only those count that came into its bundle.
      return [...new Set(components)].filter((id) => ids.has(id) || !id.startsWith('npm:')).sort();
    };
    const places: SbomPlace[] = [];
    for (const place of [...new Set(files.map((file) => file.place))]) {
      const held: SbomFile[] = [];
      for (const file of files.filter((one) => one.place === place && one.type === 'file')) {
        const components = componentsOf(place, file.path);
        held.push({ path: file.path, sha256: await hashOf(file), components });
      }
      const sha256 = written.partitions.find(({ name }) => name === place)?.sha256 ?? null;
      places.push({ name: place, sha256, files: held, components: [] });
    }
    const outside = [
      ...written.partitions.filter(({ name }) => name === 'bootloader'),
      ...beside.map(({ role, sha256 }) => ({ name: role, sha256 })),
    ];
    places.push(
      ...outside.map(({ name, sha256 }) => ({ name, sha256, files: [], components: componentsOf(name, '') })),
    );
    const { unit, date, version, sources } = written;
    const components = [...written.components, ...ownComponents(sources, { version, licence: 'MIT' })];
    const bom = {
      ...{ unit, date, version, places },
      sha256: outputs.find(({ role }) => role === 'image')!.sha256,
      components: components.sort((a, b) => (a.id < b.id ? -1 : 1)),
    };
    return { bom, sizes };
  } finally {
    await card.close();
  }
}

function requireOwners(written: WrittenImage, things: Parameters<typeof auditOwnership>[0]): void {
  const known = new Set([
    'boardsmith',
    ...written.components.map(({ id }) => id),
    ...written.sources.map(({ path }) => path),
  ]);
  // npm packages that are not in the bundle are inputs all the same.
  const rules = written.owners.map((rule) => ({
    ...rule,
    owners: rule.owners.filter((owner) => known.has(owner) || !owner.startsWith('npm:')),
  }));
  requireClean(auditOwnership(things, rules, known), `the image ${written.unit}`);
}

function fileHash({ root }: WrittenImage): (file: CardFile) => Promise<string> {
  const known = new Map(root.map(({ path, sha256 }) => [path, sha256]));
  return async ({ place, path, read }) => {
    const hash = place.startsWith('root-') ? known.get(path) : undefined;
    return (
      hash ??
      createHash('sha256')
        .update(await read())
        .digest('hex')
    );
  };
}
