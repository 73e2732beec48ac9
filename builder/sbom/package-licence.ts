import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unpackSource } from '../compile/unpack-source.ts';
import type { LockEntry } from '../lock/lock-format.ts';
import { unpackDeb } from '../toolchain/unpack-deb.ts';
import { unpackWheel } from '../toolchain/unpack-wheel.ts';
import { debianLicence, isSpdxExpression } from './licence-expression.ts';
import type { SbomComponent, SbomPart } from './sbom-component.ts';

export type PackageFacts = Pick<SbomComponent, 'licence' | 'licenceTexts' | 'parts'>;

/** Parts of a wheel that say what it is and is made of. */
const wheelMetadata = /^[^/]+\.dist-info\/(?:METADATA|licenses\/.*|sboms\/.*\.cdx\.json)$/;
/** Parts of Zig that are linked into programs. */
const linkedByZig = /^ziglang\/lib\/libc\/musl\/COPYRIGHT$/;

/**
 * What a Debian package or a wheel says of its licence and of what is in it. An npm package is asked by who uses it, and a
 * file of OpenWrt says nothing: nothing is said of them here.
 * @param file the verified package
 * @param folder an empty folder
 */
export async function packageFacts(
  entry: LockEntry,
  file: string,
  folder: string,
  signal?: AbortSignal,
): Promise<PackageFacts> {
  if (entry.kind === 'debian') return await debianFacts(entry.name, file, folder, signal);
  if (entry.kind === 'debian-source') return await sourceFacts(entry.path, file, folder, signal);
  if (entry.kind === 'npm' || entry.kind === 'openwrt') return { licence: null, licenceTexts: [], parts: [] };
  return await wheelFacts(file, folder, signal);
}

async function debianFacts(
  name: string,
  file: string,
  folder: string,
  signal?: AbortSignal,
): Promise<PackageFacts> {
  const path = `usr/share/doc/${name}/copyright`;
  await unpackDeb(file, folder, { only: (candidate) => candidate === path, signal });
  const text = await readFile(join(folder, path), 'utf8').catch(() => null);
  if (text === null) return { licence: null, licenceTexts: [], parts: [] };
  return { licence: debianLicence(text), licenceTexts: [{ name: path, sha256: sha256(text) }], parts: [] };
}

/** Of a source package's tarballs Debian's has the licences of both. */
async function sourceFacts(
  path: string,
  file: string,
  folder: string,
  signal?: AbortSignal,
): Promise<PackageFacts> {
  const none = { licence: null, licenceTexts: [], parts: [] };
  if (!path.endsWith('.debian.tar.xz')) return none;
  const name = 'debian/copyright';
  await unpackSource(file, folder, (candidate) => candidate === 'copyright', signal);
  const text = await readFile(join(folder, 'copyright'), 'utf8').catch(() => null);
  if (text === null) return none;
  return { licence: debianLicence(text), licenceTexts: [{ name, sha256: sha256(text) }], parts: [] };
}

async function wheelFacts(file: string, folder: string, signal?: AbortSignal): Promise<PackageFacts> {
  await unpackWheel(file, folder, {
    only: (path) => wheelMetadata.test(path) || linkedByZig.test(path),
    signal,
  });
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  let licence: string | null = null;
  const licenceTexts: { name: string; sha256: string }[] = [];
  const parts: SbomPart[] = [];
  for (const path of paths) {
    const text = await readFile(join(folder, path), 'utf8');
    if (basename(path) === 'METADATA') licence = wheelLicence(text);
    else if (path.endsWith('.cdx.json')) parts.push(...partsOfBom(text));
    else licenceTexts.push({ name: path, sha256: sha256(text) });
  }
  return { licence, licenceTexts, parts: parts.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** `License-Expression` (Core metadata 2.4), or the classifier that older packages have. */
function wheelLicence(metadata: string): string | null {
  const declared =
    /^License-Expression: (.+)$/m.exec(metadata)?.[1] ??
    /^Classifier: License :: OSI Approved :: (\S+) License$/m.exec(metadata)?.[1];
  return declared !== undefined && isSpdxExpression(declared) ? declared : null;
}

/** Libraries of others that auditwheel found in a wheel: every component but the wheel itself. */
function partsOfBom(text: string): SbomPart[] {
  const { components = [] } = JSON.parse(text) as { components?: readonly SbomPart[] };
  return components
    .filter(({ purl }) => !purl.startsWith('pkg:pypi/'))
    .map(({ name, version, purl }) => ({ name, version, purl }));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
