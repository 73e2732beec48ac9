import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileObjects } from '../../toolchain/compile-objects.ts';
import type { StepKind } from '../step-kind.ts';
import { unpackPatched } from '../unpack-patched.ts';

/** Of libsodium, below src/libsodium: verifying Ed25519, BLAKE2b, and what the two call. Its portable code alone, without anything that looks at the processor. */
const sources: readonly string[] = [
  'crypto_core/ed25519/ref10/ed25519_ref10.c',
  'crypto_generichash/blake2b/ref/blake2b-compress-ref.c',
  'crypto_generichash/blake2b/ref/blake2b-ref.c',
  'crypto_generichash/blake2b/ref/generichash_blake2b.c',
  'crypto_hash/sha512/cp/hash_sha512_cp.c',
  'crypto_sign/ed25519/ref10/open.c',
  'crypto_sign/ed25519/ref10/sign.c',
  'crypto_verify/sodium/verify.c',
  'sodium/core.c',
  'sodium/utils.c',
];

/** What init includes, and what that includes by its bare name. */
const headers: readonly string[] = [
  'crypto_generichash_blake2b.h',
  'crypto_hash_sha512.h',
  'crypto_sign_ed25519.h',
  'export.h',
];

/** `CONFIGURED`: its headers warn of a build without its own configure, which would only look for other processors and systems. */
const flags: readonly string[] = ['-DCONFIGURED=1', '-DNDEBUG', '-Iinclude', '-Iinclude/sodium'];

/** Inputs `tarballs` (upstream's and Debian's), `zig`, `patch`; parameter `target`. Output: `objects/*.o` and `include/`, to be linked into init. */
export const signatureLibrary: StepKind = {
  kind: 'signature-library',
  async run(context) {
    const { step, folder, output, scratch, compilerCache, signal } = context;
    const unpacked = join(scratch, 'sources');
    await unpackPatched(context, unpacked);
    const directory = join(unpacked, 'src/libsodium');
    const objects = join(output, 'objects');
    await mkdir(objects);
    await compileObjects({
      ...{ zigRoot: folder('zig'), directory, files: sources, flags, output: objects },
      ...{ cacheDirectory: compilerCache, target: String(step.parameters.target), signal },
    });
    await mkdir(join(output, 'include/sodium'), { recursive: true });
    for (const name of headers) {
      await cp(join(directory, 'include/sodium', name), join(output, 'include/sodium', name));
    }
  },
};
