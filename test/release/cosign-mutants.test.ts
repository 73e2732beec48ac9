import { cp, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cosign } from '../../builder/release/cosign.ts';
import type { PublicKey } from '../../builder/signature/keys.ts';
import { smallRelease } from '../support/small-release.ts';
import { mutatedModule } from '../support/source-mutant.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('what a second signature is held to, taken out');
const root = temporaryFolder('cosign-mutants');
const release = await smallRelease(join(root, 'release'));
const { signal } = new AbortController();
let count = 0;

/** Whether a release is signed a second time. */
async function isSigned(
  sign: typeof cosign,
  tamper: (folder: string) => Promise<unknown>,
  keys: readonly PublicKey[],
): Promise<boolean> {
  count += 1;
  const copy = join(root, String(count));
  await cp(release.folder, copy, { recursive: true });
  await tamper(copy);
  return await sign(copy, testSigner('second'), { keys, signal }).then(
    () => true,
    () => false,
  );
}

const nothing = async (): Promise<void> => undefined;
const mutants: readonly (readonly [
  what: string,
  from: string,
  to: string,
  tamper: (folder: string) => Promise<unknown>,
  keys: readonly PublicKey[],
])[] = [
  [
    'that the release is sound',
    'requireSound(\n',
    '((verdict: any) => verdict)(\n',
    (folder) => truncate(join(folder, 'images/cxo-test-board.img.zst'), 100),
    [],
  ],
  [
    'that somebody known signed it before',
    'keys.length === 0 ? 0 : 1',
    '0',
    nothing,
    [testSigner('stranger').publicKey],
  ],
];
for (const [what, from, to, tamper, keys] of mutants) {
  test(`mutant: ${what}`, async () => {
    assert.ok(await isSigned(cosign, nothing, [release.signers[0]!.publicKey]));
    assert.not.ok(await isSigned(cosign, tamper, keys));
    const file = 'builder/release/cosign.ts';
    const mutant = (await import(mutatedModule({ file, from, to }, 'cosign.ts'))) as {
      cosign: typeof cosign;
    };
    assert.ok(await isSigned(mutant.cosign, tamper, keys));
  });
}

test.run();
