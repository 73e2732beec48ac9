import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { putNewFile } from '../lock/put-new-file.ts';
import type { PublicKey, SigningKey } from '../signature/keys.ts';
import { signMessage } from '../signature/signature-file.ts';
import type { ReleaseManifest } from './release-manifest.ts';
import { manifestName, signatureComment, signatureName } from './signature-name.ts';
import { requireSound, verifyRelease } from './verify/verify-release.ts';

export interface CosignOptions {
  /** Keys of those who signed before: their signatures are held to. With none, what the folder holds is held against its manifest alone. */
  readonly keys?: readonly PublicKey[];
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Cosigned {
  readonly manifest: ReleaseManifest;
  /** sha256 of manifest.json: what the others who sign must have too. */
  readonly digest: string;
  /** Name of the file that was added. */
  readonly signature: string;
}

/**
 * Adds a signature to a release that somebody else made, after everything in it was held against its manifest.
 * @throws BoardsmithError RELEASE_INVALID with everything that is wrong; KEY_UNUSABLE if this key signed it before; FILE_UNUSABLE; the signal's
 * reason. The folder is then as it was.
 */
export async function cosign(folder: string, key: SigningKey, options: CosignOptions): Promise<Cosigned> {
  const { signal, onProgress, keys = [] } = options;
  const name = signatureName(key.publicKey.id);
  const { manifest, digest } = requireSound(
    await verifyRelease(folder, {
      keys,
      threshold: keys.length === 0 ? 0 : 1,
      signal,
      ...(onProgress && { onProgress }),
    }),
  );
  const bytes = await readFile(join(folder, manifestName));
  if (createHash('sha256').update(bytes).digest('hex') !== digest) {
    throw new BoardsmithError(
      'RELEASE_INVALID',
      `${join(folder, manifestName)} changed while it was looked at`,
      {
        hint: 'let nobody else write to the folder, and run the same command again',
      },
    );
  }
  signal.throwIfAborted();
  await putSignature(folder, name, signMessage(bytes, key, signatureComment(manifest)), key.publicKey.id);
  return { manifest, digest, signature: name };
}

async function putSignature(folder: string, name: string, text: string, keyId: string): Promise<void> {
  try {
    await putNewFile(join(folder, name), text, 0o644);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new BoardsmithError('KEY_UNUSABLE', `the key ${keyId} has signed this release before`, {
        hint: 'sign with another key; boardsmith verify says whose signatures are there',
        cause,
      });
    }
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write a signature into ${folder}`, {
      hint: 'make the folder writable, or copy the release elsewhere',
      cause,
    });
  }
}
