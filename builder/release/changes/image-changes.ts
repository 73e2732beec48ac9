import type { PartSize } from '../../inspect/size-budgets.ts';
import type { ReleasedImage, ReleasedUnitValue } from '../release-manifest.ts';
import type { SbomPackage } from '../sbom-packages.ts';
import type { ImageChanges, PackageChange, UnitChange } from './release-changes.ts';

/** An image of a release with what its documents say. */
export interface DescribedImage {
  readonly image: Pick<ReleasedImage, 'name' | 'raw' | 'unit'>;
  readonly packages: readonly SbomPackage[];
  readonly sizes: readonly PartSize[];
}

/** What differs from one release's image to the next's of that name. One of both may be missing. Pure. */
export function imageChanges(from: DescribedImage | null, to: DescribedImage | null): ImageChanges {
  const name = (to ?? from)!.image.name;
  if (from === null) return { name, change: 'added', packages: [], sizes: [], unit: [] };
  if (to === null) return { name, change: 'removed', packages: [], sizes: [], unit: [] };
  const unit = unitChanges(from.image.unit, to.image.unit);
  const same = from.image.raw.sha256 === to.image.raw.sha256 && unit.length === 0;
  return {
    name,
    change: same ? 'same' : 'changed',
    packages: packageChanges(from.packages, to.packages),
    sizes: sizeChanges(from.sizes, to.sizes),
    unit,
  };
}

/** Packages of one name are one line: a source package has several tarballs, each a version of its own. */
export function packageChanges(from: readonly SbomPackage[], to: readonly SbomPackage[]): PackageChange[] {
  const [before, after] = [byName(from), byName(to)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): PackageChange[] => {
    const [old, now] = [before.get(name) ?? [], after.get(name) ?? []];
    if (identities(old) === identities(now)) return [];
    return [{ name, from: versions(old), to: versions(now) }];
  });
}

function byName(packages: readonly SbomPackage[]): ReadonlyMap<string, readonly SbomPackage[]> {
  const named = new Map<string, SbomPackage[]>();
  for (const one of packages) {
    const name = one.partOf === null ? one.name : `${one.name} (in ${one.partOf})`;
    named.set(name, [...(named.get(name) ?? []), one]);
  }
  return named;
}

function identities(packages: readonly SbomPackage[]): string {
  return packages
    .map(({ version, sha256 }) => `${version} ${sha256}`)
    .sort()
    .join('\n');
}

/** What has no version is told by its first eight digits. */
function versions(packages: readonly SbomPackage[]): string | null {
  if (packages.length === 0) return null;
  return packages
    .map(({ version, sha256 }) => version || sha256.slice(0, 8))
    .sort()
    .join(', ');
}

function sizeChanges(from: readonly PartSize[], to: readonly PartSize[]): ImageChanges['sizes'] {
  const size = (sizes: readonly PartSize[], name: string): number | null =>
    sizes.find(({ part }) => part === name)?.size ?? null;
  return [...new Set([...from, ...to].map(({ part }) => part))]
    .map((part) => ({ part, from: size(from, part), to: size(to, part) }))
    .filter((change) => change.from !== change.to);
}

function unitChanges(from: ReleasedImage['unit'], to: ReleasedImage['unit']): UnitChange[] {
  const authorities = (unit: ReleasedImage['unit']): ReleasedUnitValue[] =>
    unit.authorities.map((name) => ({ name, description: '', required: false }));
  return [
    ...valueChanges('authority', authorities(from), authorities(to)),
    ...valueChanges('setting', from.settings, to.settings),
    ...valueChanges('secret', from.secrets, to.secrets),
  ];
}

function valueChanges(
  kind: UnitChange['kind'],
  from: readonly ReleasedUnitValue[],
  to: readonly ReleasedUnitValue[],
): UnitChange[] {
  const names = [...new Set([...from, ...to].map(({ name }) => name))].sort();
  return names.flatMap((name): UnitChange[] => {
    const [old, now] = [from, to].map((values) => values.find((value) => value.name === name));
    if (old === undefined) return [{ kind, name, change: 'added' }];
    if (now === undefined) return [{ kind, name, change: 'removed' }];
    if (old.required !== now.required) {
      return [{ kind, name, change: now.required ? 'now required' : 'no longer required' }];
    }
    return old.description === now.description ? [] : [{ kind, name, change: 'described anew' }];
  });
}
