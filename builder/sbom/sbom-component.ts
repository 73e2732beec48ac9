/** Something of others (or of Boardsmith itself) that is in an image, as the SBOMs name it. */
export interface SbomComponent {
  /** As owners of files name it: an entry of the lock, or `boardsmith`, or `recipe/NAME`. */
  readonly id: string;
  readonly type: 'library' | 'application' | 'operating-system' | 'firmware';
  readonly name: string;
  readonly version: string;
  /** Package URL (purl-spec 1.0); null for what is in no registry. */
  readonly purl: string | null;
  /** Of the locked file, or over the source files; lower-case hex. */
  readonly sha256: string;
  /** What it declares: an SPDX expression if it is one; null if it declares none. */
  readonly licence: string | null;
  /** Texts that came with it, sorted by name. */
  readonly licenceTexts: readonly { readonly name: string; readonly sha256: string }[];
  /** What is built into it and known by name and version, sorted by name. */
  readonly parts: readonly SbomPart[];
}

export interface SbomPart {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}
