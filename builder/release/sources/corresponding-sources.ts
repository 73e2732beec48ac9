import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { debianSourceName, isKernelPackage, kernelSourcePackage } from '../../lock/debian-source-name.ts';
import type { Lock, LockEntry, LockedInput } from '../../lock/lock-format.ts';
import { runtimes } from '../../runtime/runtimes.ts';
import { packageUrl } from '../../sbom/package-url.ts';
import type { SbomPackage } from '../sbom-packages.ts';
import { needsSources } from './licence-kind.ts';

/**
 * The locked files that are the corresponding source of everything of others in images whose licence wants it, each once, sorted. A Debian
 * package's are its source package's, of the very version; a kernel's are in a package of Debian's with it; an npm package is its own.
 * @param packages of all images; their licences are those of the SBOMs
 * @throws BoardsmithError INPUT_UNAVAILABLE with all whose sources the lock does not pin, or that nobody can have from a registry
 */
export function correspondingSources(packages: readonly SbomPackage[], lock: Lock): LockedInput[] {
  const byPurl = new Map(
    Object.entries(lock.entries).map(([id, entry]) => [packageUrl(entry), { id, entry }]),
  );
  const sources = new Map<string, LockEntry>();
  const missing = new Set<string>();
  for (const one of packages) {
    // What is in no registry is Boardsmith's own and the recipe's; parts are the business of the package that they are in.
    if (one.purl === null || one.partOf !== null || !needsSources(one.licence)) continue;
    const input = byPurl.get(one.purl);
    const found = input === undefined ? [] : sourcesOf(input, lock);
    if (found.length === 0) {
      missing.add(`${one.name} ${one.version} (${one.licence ?? 'no licence that SPDX knows is declared'})`);
    }
    for (const { id, entry } of found) sources.set(id, entry);
  }
  if (missing.size > 0) {
    throw new BoardsmithError(
      'INPUT_UNAVAILABLE',
      'the lock does not pin the sources of all that wants them',
      {
        problems: [...missing].sort(),
        hint: 'pin them with boardsmith lock; of what no registry has in source, publish the sources yourself and leave --sources out',
      },
    );
  }
  return [...sources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, entry]) => ({ id, entry }));
}

/** Packages of npm that hold a compiled runtime. */
const compiled: ReadonlySet<string> = new Set(
  Object.values(runtimes).flatMap(({ programOrigin }) => (programOrigin === null ? [] : [programOrigin])),
);

/** @returns none if they are not pinned */
function sourcesOf({ id, entry }: LockedInput, lock: Lock): LockedInput[] {
  switch (entry.kind) {
    case 'npm':
      return compiled.has(`npm:${entry.name}`) ? [] : [{ id, entry }];
    case 'debian-source':
      return sourcePackage(entry.name, lock);
    case 'debian': {
      if (entry.name.startsWith(`${kernelSourcePackage}-`)) return [{ id, entry }];
      // Its configuration, which belongs to its sources, is in the kernel's own package.
      if (isKernelPackage(entry.name)) {
        const kernel = kernelSources(entry.version, lock);
        return kernel.length === 0 ? [] : [{ id, entry }, ...kernel];
      }
      const files = sourcePackage(debianSourceName(entry.name), lock);
      return files.some((file) => file.entry.version === entry.version) ? files : [];
    }
    case 'pypi':
    case 'openwrt':
      return [];
  }
}

function kernelSources(version: string, lock: Lock): LockedInput[] {
  return Object.entries(lock.entries)
    .filter(([, entry]) => entry.kind === 'debian' && entry.version === version)
    .filter(([, entry]) => entry.name.startsWith(`${kernelSourcePackage}-`))
    .map(([id, entry]) => ({ id, entry }));
}

function sourcePackage(name: string, lock: Lock): LockedInput[] {
  const ids = Object.hasOwn(lock.requests, `debian-source:${name}`)
    ? lock.requests[`debian-source:${name}`]!
    : [];
  return ids.map((id) => ({ id, entry: lock.entries[id]! }));
}

/** Where a source lies in a release folder. */
export function sourcePath({ entry }: LockedInput): string {
  const name =
    entry.kind === 'npm'
      ? `${entry.name.replace(/^@/, '').replace('/', '-')}-${entry.version}.tgz`
      : 'path' in entry
        ? entry.path.replace(/^.*\//, '')
        : entry.name;
  return `sources/${name}`;
}
