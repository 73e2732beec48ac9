import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { publicKeyText, readPublicKey } from '../../builder/signature/public-key.ts';
import { readSecretKey, secretKeyText } from '../../builder/signature/secret-key.ts';
import { parseSignature, signatureFault, signMessage } from '../../builder/signature/signature-file.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { cannotRunMinisign, minisign } from '../support/minisign.ts';
import { quickLimits } from '../support/quick-limits.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('minisign itself');
const possibly = wherePossible(test, await cannotRunMinisign());
const folder = temporaryFolder('minisign');
const message = join(folder, 'message');
await writeFile(message, 'what is released');

async function verifiesWithMinisign(publicKey: string, signature: string): Promise<boolean> {
  await writeFile(`${message}.minisig`, signature);
  await writeFile(join(folder, 'tried.pub'), publicKey);
  const { exitCode } = await minisign(folder, ['-V', '-p', 'tried.pub', '-m', message]);
  return exitCode === 0;
}

for (const password of [null, 'pässword'] as const) {
  const named = password === null ? 'without a password' : 'with a password';

  possibly(`a key that minisign -G made ${named} signs here, and its signatures hold there`, async () => {
    const name = password === null ? 'bare' : 'guarded';
    const made = await minisign(
      folder,
      ['-G', ...(password === null ? ['-W'] : []), '-p', `${name}.pub`, '-s', `${name}.key`],
      password === null ? [] : [password, password],
    );
    assert.is(made.exitCode, 0, made.stderr);
    const file = join(folder, `${name}.key`);
    const key = await readSecretKey(file, async () => password ?? 'none is needed');
    const publicText = await readFile(join(folder, `${name}.pub`), 'utf8');
    assert.is(publicKeyText(key.publicKey), publicText);
    const signature = signMessage(await readFile(message), key, 'by boardsmith');
    assert.ok(await verifiesWithMinisign(publicText, signature));
    assert.not.ok(await verifiesWithMinisign(publicText, signature.replace('by board', 'by bored')));
    if (password !== null) {
      await rejectedWith(
        readSecretKey(file, async () => 'passwort'),
        'KEY_UNUSABLE',
        /password/,
      );
    }
  });

  possibly(`a key that was written here ${named} signs there, and its signatures hold here`, async () => {
    const key = generateKey();
    await writeFile(join(folder, 'own.key'), await secretKeyText(key, password, quickLimits), {
      mode: 0o600,
    });
    const answers = password === null ? [] : [password];
    const signed = await minisign(folder, ['-S', '-s', 'own.key', '-m', message], answers);
    assert.is(signed.exitCode, 0, signed.stderr);
    const signature = parseSignature(await readFile(`${message}.minisig`, 'utf8'));
    if (typeof signature === 'string') throw new Error(signature);
    assert.is(signatureFault(await readFile(message), signature, key.publicKey), null);
    if (password !== null) {
      const wrong = await minisign(folder, ['-S', '-s', 'own.key', '-m', message], ['passwort']);
      assert.is.not(wrong.exitCode, 0);
    }
  });
}

possibly("a key written with minisign's own limits is accepted there", async () => {
  const key = generateKey();
  await writeFile(join(folder, 'slow.key'), await secretKeyText(key, 'pw'), { mode: 0o600 });
  await writeFile(join(folder, 'slow.pub'), publicKeyText(key.publicKey));
  const signed = await minisign(folder, ['-S', '-s', 'slow.key', '-m', message], ['pw']);
  assert.is(signed.exitCode, 0, signed.stderr);
  const checked = await minisign(folder, ['-V', '-p', 'slow.pub', '-m', message]);
  assert.is(checked.exitCode, 0);
});

possibly('a signature of the old form (minisign -l) is refused here by name', async () => {
  await minisign(folder, ['-G', '-W', '-p', 'old.pub', '-s', 'old.key']);
  await minisign(folder, ['-S', '-l', '-s', 'old.key', '-m', message]);
  const { exitCode } = await minisign(folder, ['-V', '-p', 'old.pub', '-m', message]);
  assert.is(exitCode, 0);
  assert.match(parseSignature(await readFile(`${message}.minisig`, 'utf8')) as string, /old form/);
  await readPublicKey(join(folder, 'old.pub'));
});

test.run();
