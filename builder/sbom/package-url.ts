import { PackageURL } from 'packageurl-js';
import type { LockEntry } from '../lock/lock-format.ts';

/** The package URL of an entry of the lock: the very file, by its version, architecture and suite. */
export function packageUrl(entry: LockEntry): string {
  switch (entry.kind) {
    case 'debian':
      return text('deb', 'debian', entry.name, entry.version, {
        arch: entry.architecture,
        // Advisories name a release, not the suite of it that a fix came in.
        distro: entry.suite.replace(/-.*$/, ''),
      });
    case 'debian-source':
      return text('deb', 'debian', entry.name, entry.version, {
        arch: 'source',
        distro: entry.suite.replace(/-.*$/, ''),
      });
    case 'npm': {
      const [name = '', scope] = entry.name.split('/').reverse();
      return text('npm', scope, name, entry.version);
    }
    case 'pypi':
      return text('pypi', undefined, entry.name, entry.version, { file_name: entry.file });
    case 'openwrt':
      return text('generic', 'openwrt', entry.name, entry.version, { checksum: `sha256:${entry.sha256}` });
  }
}

/** The package URL of something that came in no package of its own, or in one of a system that has no type of URL (`namespace` names it). */
export function genericPackageUrl(name: string, version: string, namespace?: string): string {
  return text('generic', namespace, name, version);
}

function text(
  type: string,
  namespace: string | undefined,
  name: string,
  version: string,
  qualifiers?: Record<string, string>,
): string {
  return new PackageURL(type, namespace, name, version, qualifiers, undefined).toString();
}
