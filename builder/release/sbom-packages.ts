/** A component of an image, as its CycloneDX document names it. */
export interface SbomPackage {
  readonly name: string;
  readonly version: string;
  /** null for what is in no registry: Boardsmith itself, a recipe. */
  readonly purl: string | null;
  /** Lower-case hex; empty for a part, which has none of its own. */
  readonly sha256: string;
  /** An SPDX expression; null if it declares none. */
  readonly licence: string | null;
  /** The package that it is built into; null if it is one itself. */
  readonly partOf: string | null;
}

interface BomComponent {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly expression?: string }[];
  readonly components?: readonly BomComponent[];
}

/** Packages of a CycloneDX document that `sbom/cyclonedx.ts` wrote, and what is built into them. @throws SyntaxError, TypeError if it is none */
export function sbomPackages(cycloneDx: string): SbomPackage[] {
  const { components } = JSON.parse(cycloneDx) as { readonly components: readonly BomComponent[] };
  return components.flatMap((component) => [
    packageOf(component, null),
    ...(component.components ?? []).map((part) => packageOf(part, component.name)),
  ]);
}

function packageOf(
  { name, version = '', purl, hashes, licenses }: BomComponent,
  partOf: string | null,
): SbomPackage {
  const sha256 = hashes?.find(({ alg }) => alg === 'SHA-256')?.content ?? '';
  return { name, version, purl: purl ?? null, sha256, licence: licenses?.[0]?.expression ?? null, partOf };
}
