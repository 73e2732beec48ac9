/** Of the signature of one key, beside the manifest. */
export function signatureName(keyId: string): string {
  return `${manifestName}.${keyId}.minisig`;
}

export const manifestName = 'manifest.json';

/** Files that are no part of what is signed, and so are in no manifest. */
export function isSignatureName(path: string): boolean {
  return path.startsWith(`${manifestName}.`) && path.endsWith('.minisig');
}
