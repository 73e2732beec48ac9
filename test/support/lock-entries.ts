import { createHash } from 'node:crypto';
import type { DebianEntry, NpmLockEntry, PypiEntry } from '../../builder/lock/lock-format.ts';

/** Entries for locks that are not fetched from; the hash is that of name and version. */
export function debianEntry(
  name: string,
  version: string,
  architecture: DebianEntry['architecture'],
): DebianEntry {
  const path = `pool/main/${name[0]}/${name}/${name}_${version}_${architecture}.deb`;
  return { kind: 'debian', name, version, suite: 'trixie', architecture, path, ...fingerprint(path) };
}

export function npmEntry(name: string, version: string): NpmLockEntry {
  const integrity = `sha512-${createHash('sha512').update(`${name}@${version}`).digest('base64')}`;
  return { kind: 'npm', name, version, integrity, ...fingerprint(integrity) };
}

export function pypiEntry(name: string, version: string, platform: string): PypiEntry {
  const file = `${name}-${version}-py3-none-${platform}.whl`;
  return { kind: 'pypi', name, version, file, platform, ...fingerprint(file) };
}

function fingerprint(text: string): { size: number; sha256: string } {
  return { size: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}
