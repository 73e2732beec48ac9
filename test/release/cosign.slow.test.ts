import { chmod, cp, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cosign } from '../../builder/release/cosign.ts';
import { signatureName } from '../../builder/release/signature-name.ts';
import { verifyRelease } from '../../builder/release/verify/verify-release.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { cannotRunMinisign, minisign } from '../support/minisign.ts';
import { rejectedWith } from '../support/rejection.ts';
import { smallRelease } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('cosigning');
const root = temporaryFolder('cosign');
const folder = join(root, 'release');
const release = await smallRelease(folder);
const [first] = release.signers.map(({ publicKey }) => publicKey);
const key = testSigner('second');
const { signal } = new AbortController();

test('a second signature is added, and both count', async () => {
  const { digest, signature } = await cosign(folder, key, { keys: [first!], signal });
  assert.is(digest, release.digest);
  assert.is(signature, signatureName(key.publicKey.id));
  const { problems } = await verifyRelease(folder, { keys: [first!, key.publicKey], threshold: 2, signal });
  assert.equal(problems, []);
});

test('the same key twice is refused with a word, and leaves nothing', async () => {
  const before = await readdir(folder);
  await rejectedWith(cosign(folder, key, { signal }), 'KEY_UNUSABLE', /has signed this release before/);
  assert.equal(await readdir(folder), before);
});

test('nothing is added to a release that is not as it was signed', async () => {
  const copy = join(root, 'damaged');
  await cp(folder, copy, { recursive: true });
  await truncate(join(copy, 'images/cxo-test-board.img.zst'), 100);
  const before = await readdir(copy);
  const third = testSigner('third');
  const { problems } = await rejectedWith(
    cosign(copy, third, { signal }),
    'RELEASE_INVALID',
    /not what its signers signed/,
  );
  assert.match(problems.join('\n'), /cut off/);
  assert.equal(await readdir(copy), before);
  const strangers = { keys: [testSigner('nobody').publicKey], signal };
  await rejectedWith(cosign(folder, third, strangers), 'RELEASE_INVALID', /not what its signers signed/);
});

test('a folder that cannot be written is refused', async () => {
  if (process.getuid?.() === 0) {
    console.log('SKIP a folder that cannot be written: root writes everywhere');
    return;
  }
  await chmod(folder, 0o555);
  try {
    await rejectedWith(cosign(folder, testSigner('third'), { signal }), 'FILE_UNUSABLE', /cannot write/);
  } finally {
    await chmod(folder, 0o755);
  }
});

wherePossible(test, await cannotRunMinisign())(
  'minisign itself verifies what was added, with its comment',
  async () => {
    const line = publicKeyLine(key.publicKey);
    const name = signatureName(key.publicKey.id);
    const { exitCode } = await minisign(folder, ['-V', '-P', line, '-m', 'manifest.json', '-x', name]);
    assert.is(exitCode, 0);
    assert.match(
      await readFile(join(folder, name), 'utf8'),
      /trusted comment: boardsmith release tiny 1 \(1\.1\.0\)/,
    );
  },
);

test.run();
