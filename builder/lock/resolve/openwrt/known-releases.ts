/** Hashes that a release had when it was published, as somebody saw them who was not asked by the mirror of today. */
export interface KnownRelease {
  readonly version: string;
  readonly target: string;
  /** Of the file `sha256sums`; null where it is not known. */
  readonly sha256sums: string | null;
  readonly imageBuilder: string;
}

/** A release does not change. A mirror that has another one under this name is refused, however it is signed. */
export const knownReleases: readonly KnownRelease[] = [
  {
    version: '25.12.5',
    target: 'armsr/armv8',
    sha256sums: '2ba9c990e6f05b9875aa54992171f6a2cd447ab01c64ed11b02c6c7116cc31ec',
    imageBuilder: '225243a1963f05c98f6d0f3a0c4b62c5a267ef505fc6df0c262a588603f53c4c',
  },
  {
    version: '25.12.5',
    target: 'sunxi/cortexa53',
    sha256sums: null,
    imageBuilder: '82ebf72a25005276639fb5c8c0dcebe0eee355a9fe2c7b8c771ad0830144d314',
  },
];

/** What of a release differs from what is known of it, in words; null if nothing does, or nothing is known. */
export function differenceFromKnown(
  version: string,
  target: string,
  found: { readonly sha256sums: string; readonly imageBuilder: string },
): string | null {
  const known = knownReleases.find((one) => one.version === version && one.target === target);
  if (known === undefined) return null;
  if (known.sha256sums !== null && known.sha256sums !== found.sha256sums) {
    return `sha256sums of OpenWrt ${version} for ${target} has the sha256 ${found.sha256sums}; the real one has ${known.sha256sums}`;
  }
  if (known.imageBuilder !== found.imageBuilder) {
    return `the ImageBuilder of OpenWrt ${version} for ${target} has the sha256 ${found.imageBuilder}; the real one has ${known.imageBuilder}`;
  }
  return null;
}
