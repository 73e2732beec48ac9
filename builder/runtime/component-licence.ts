/** A part of others that is in an image, with what its licence asks to be handed on. */
export interface ComponentLicence {
  readonly name: string;
  readonly version: string;
  /** As the part itself declares it, an SPDX expression as a rule; null if it declares none. */
  readonly licence: string | null;
  /** The texts that came with it, sorted by name; may be empty. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
}
