import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

/** How hard a password is to try, as libsodium says it. */
export interface DerivationLimits {
  /** Operations, about. */
  readonly operations: number;
  /** Bytes of memory. */
  readonly memory: number;
}

/** What minisign asks for (libsodium's SENSITIVE): a gibibyte and some seconds for each try. */
export const sensitiveLimits: DerivationLimits = { operations: 33_554_432, memory: 1_073_741_824 };
/** libsodium raises smaller ones to this (32768 operations); a memory that leaves no room for two blocks derives nothing. */
const fewestOperations = 32_768;
const leastMemory = 16_384;

const deriveBytes = promisify<
  Buffer,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

/** Whether a key file may ask for these. minisign never asks for more than the sensitive ones, and one that does would take the memory away. */
export function areLimitsUsable(limits: DerivationLimits): boolean {
  const { operations, memory } = limits;
  const few = operations <= sensitiveLimits.operations && memory <= sensitiveLimits.memory;
  return few && memory >= leastMemory && scryptParameters(limits).p > 0;
}

/**
 * Bytes from a password by scrypt. Runs beside this thread; takes `limits.memory` bytes while it does.
 * @param length bytes that are wanted
 */
export async function deriveFromPassword(
  password: Buffer,
  salt: Buffer,
  limits: DerivationLimits,
  length: number,
): Promise<Buffer> {
  const { N, r, p } = scryptParameters(limits);
  // Node counts 128·N·r; OpenSSL beside it the blocks in work.
  return await deriveBytes(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 4) });
}

/** scrypt's own parameters as libsodium finds them (pickparams of crypto_pwhash_scryptsalsa208sha256). */
export function scryptParameters({ operations, memory }: DerivationLimits): {
  N: number;
  r: number;
  p: number;
} {
  const r = 8;
  const allowed = Math.max(operations, fewestOperations);
  if (allowed < Math.floor(memory / 32)) return { N: powerBelow(Math.floor(allowed / (r * 4))), r, p: 1 };
  const N = powerBelow(Math.floor(memory / (r * 128)));
  const blocks = Math.min(Math.floor(Math.floor(allowed / 4) / N), 0x3fffffff);
  return { N, r, p: Math.floor(blocks / r) };
}

/** The smallest power of two, from 2 on, that is over half of `most`. */
function powerBelow(most: number): number {
  let power = 2;
  while (power <= Math.floor(most / 2)) power *= 2;
  return power;
}
