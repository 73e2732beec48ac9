import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { StepInput } from './step.ts';

/**
 * What init verifies signatures with: libsodium, of which verifying Ed25519 and BLAKE2b alone are compiled. Debian's source package, since it has a
 * maintainer who patches what is found in it; Monocypher, which is smaller, is not in that suite.
 */
export const signatureLibraryRequest: InputRequest = {
  kind: 'debian-source',
  package: 'libsodium',
  host: false,
};

/** Objects and headers for init; null for an image that takes no identity of a unit. */
export function planSignatureLibrary(
  builder: PlanBuilder,
  locked: Locked,
  tools: ToolSteps,
  { unit }: Pick<ResolvedRecipe, 'unit'>,
): StepInput | null {
  if (unit.authorities.length === 0) return null;
  return builder.add({
    id: 'signature-library',
    kind: 'signature-library',
    title: 'compile libsodium’s verifying of signatures',
    parameters: { target: 'aarch64-linux-musl' },
    inputs: { tarballs: locked(signatureLibraryRequest), zig: tools.zig, patch: tools.patch },
  });
}
