import type { ReleaseManifest } from './release-manifest.ts';

/** Of the signature of one key, beside the manifest. */
export function signatureName(keyId: string): string {
  return `${manifestName}.${keyId}.minisig`;
}

export const manifestName = 'manifest.json';

/** Files that are no part of what is signed, and so are in no manifest. */
export function isSignatureName(path: string): boolean {
  return path.startsWith(`${manifestName}.`) && path.endsWith('.minisig');
}

/** What a signature says beside the manifest: signed too, and shown by `minisign -V`. No time of the clock: it says which release it is. */
export function signatureComment({
  name,
  number,
  version,
}: Pick<ReleaseManifest, 'name' | 'number' | 'version'>): string {
  return `boardsmith release ${name} ${number} (${version})`;
}
