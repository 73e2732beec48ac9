import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { lookUp } from '../../builder/lock/look-up.ts';
import { signatureLibraryRequest } from '../../builder/plan/plan-signature-library.ts';
import { implementationDigest } from '../../builder/steps/implementation-digest.ts';
import { signatureLibrary } from '../../builder/steps/kinds/signature-library.ts';
import { lockedFiles, lockedTool } from './locked-tools.ts';
import { usableTestLock } from './newcomer-lock.ts';
import { checkout, testTools } from './places.ts';
import type { TestZig } from './zig.ts';

/** What the step `signature-library` makes, for this machine: compiled once for all tests of the same code and version. */
export async function hostSignatureLibrary(zig: TestZig, target: string): Promise<string> {
  const files = await lockedFiles([signatureLibraryRequest]);
  const { lock } = await usableTestLock([signatureLibraryRequest]);
  const entries = lookUp(lock, signatureLibraryRequest, hostArchitecture());
  const code = implementationDigest(join(checkout, 'builder/steps/kinds/signature-library.ts'));
  const name = createHash('sha256')
    .update([code, target, ...files].join())
    .digest('hex')
    .slice(0, 16);
  const folder = join(testTools, `signature-library-${name}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  const scratch = await mkdtemp(join(tmpdir(), 'boardsmith-signature-library-'));
  await mkdir(partial, { recursive: true });
  const tools = { zig: zig.zigRoot, patch: await lockedTool('patch') };
  try {
    await signatureLibrary.run({
      step: {
        ...{ id: 'signature-library', kind: 'signature-library', title: '', key: '', implementation: '' },
        parameters: { target },
        inputs: { tarballs: { from: 'lock', entries } },
      },
      folder: (input) => tools[input as keyof typeof tools],
      files: () => files,
      ...{ output: partial, scratch, compilerCache: zig.cacheDirectory },
      signal: new AbortController().signal,
      progress: () => {},
    });
  } finally {
    await rm(scratch, { recursive: true });
  }
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return folder;
}
