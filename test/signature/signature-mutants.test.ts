import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type * as SecretKeys from '../../builder/signature/secret-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import type * as Signatures from '../../builder/signature/signature-file.ts';
import { signMessage } from '../../builder/signature/signature-file.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { quickLimits } from '../support/quick-limits.ts';
import { mutatedModule } from '../support/source-mutant.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('checks of keys and signatures, taken out');
const key = generateKey();
const message = Buffer.from('what is released');
const text = signMessage(message, key, 'comment');

async function mutant<Module>(file: string, from: string, to: string): Promise<Module> {
  return (await import(mutatedModule({ file: `builder/signature/${file}`, from, to }, file))) as Module;
}

function faultOf(
  { parseSignature, signatureFault }: typeof Signatures,
  of: Uint8Array,
  written: string,
): string | null {
  const signature = parseSignature(written);
  return typeof signature === 'string' ? signature : signatureFault(of, signature, key.publicKey);
}

for (const [name, from, to, of, written] of [
  [
    'a signature over another message',
    '!verifyUnhashed(prehash(message), signature.bytes, key.bytes)',
    'false',
    Buffer.from('else'),
    text,
  ],
  [
    'a changed trusted comment',
    'verifyUnhashed(commented, signature.overall, key.bytes) ? null',
    'commented.length > 0 ? null',
    message,
    text.replace(': comment', ': comments'),
  ],
] as const) {
  test(`${name} is found by one check alone`, async () => {
    assert.ok(faultOf(await import('../../builder/signature/signature-file.ts'), of, written) !== null);
    assert.is(faultOf(await mutant<typeof Signatures>('signature-file.ts', from, to), of, written), null);
  });
}

test('a wrong password is found by the checksum, and a wrong public half without it', async () => {
  const encrypted = await secretKeyText(key, 'right', quickLimits);
  const { parseSecretKey } = await mutant<typeof SecretKeys>(
    'secret-key.ts',
    '!checksum(secret).equals(secret.subarray(checksumStart))',
    'false',
  );
  const refused = await parseSecretKey(encrypted, 'x', async () => 'wrong').catch(
    (error: Error) => error.message,
  );
  assert.match(String(refused), /public half/);
});

test('a key that others can read is refused by one check alone', async () => {
  const file = join(temporaryFolder('wide'), 'wide.key');
  await writeFile(file, await secretKeyText(key, null), { mode: 0o644 });
  const { readSecretKey } = await mutant<typeof SecretKeys>(
    'secret-key.ts',
    '(read.state.mode & 0o077) !== 0',
    'false',
  );
  assert.is((await readSecretKey(file, async () => '')).publicKey.id, key.publicKey.id);
});

test.run();
