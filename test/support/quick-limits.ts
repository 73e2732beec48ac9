import type { DerivationLimits } from '../../builder/signature/key-derivation.ts';

/** Limits for keys of tests: libsodium's INTERACTIVE, a fraction of a second for each password. minisign reads such keys too. */
export const quickLimits: DerivationLimits = { operations: 524_288, memory: 16_777_216 };
