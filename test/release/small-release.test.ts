import { createHash, createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from 'fzstd';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mapBlockSize } from '../../builder/image/block-map.ts';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { smallRelease } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('small release');
const folder = temporaryFolder('small-release');

test('what other suites rely on: sound tables, maps that give the whole image back, the same bytes twice', async () => {
  const release = await smallRelease(join(folder, 'one'), { signers: ['first', 'second'] });
  const again = await smallRelease(join(folder, 'two'), { signers: ['first', 'second'] });
  assert.is(release.digest, again.digest);
  for (const image of release.manifest.images) {
    const packed = await readFile(join(release.folder, image.zstd));
    const whole = Buffer.from(decompress(packed));
    assert.ok(whole.equals(release.raw[image.name]!), image.name);
    const rebuilt = Buffer.alloc(image.raw.size);
    for (const { first, last } of image.mapped) {
      whole.copy(rebuilt, first * mapBlockSize, first * mapBlockSize, (last + 1) * mapBlockSize);
    }
    assert.ok(rebuilt.equals(whole), 'what is not mapped is zero');
    const file = join(folder, image.name);
    writeFileSync(file, whole);
    const { partitions } = await readGpt(file);
    assert.equal(
      partitions.map(({ name, start }) => [name, start * 512]),
      image.partitions.map(({ name, offset }) => [name, offset]),
    );
  }
});

test('each signer of it signed the BLAKE2b hash of the manifest, as minisign does', async () => {
  const { signers } = await smallRelease(join(folder, 'signed'), { signers: ['first', 'second'] });
  const manifest = await readFile(join(folder, 'signed/manifest.json'));
  for (const { publicKey } of signers) {
    const file = await readFile(join(folder, `signed/manifest.json.${publicKey.id}.minisig`), 'utf8');
    const signature = Buffer.from(file.split('\n')[1]!, 'base64');
    assert.is(signature.toString('latin1', 0, 2), 'ED');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey.bytes).toString('base64url') },
      format: 'jwk',
    });
    const hash = createHash('blake2b512').update(manifest).digest();
    assert.ok(verify(null, hash, key, signature.subarray(10)));
  }
});

test.run();
