import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scryptParameters, sensitiveLimits } from '../../builder/signature/key-derivation.ts';
import { parseSecretKey, readSecretKey, secretKeyText } from '../../builder/signature/secret-key.ts';
import { generateKey, SeedKey } from '../../builder/signature/signing-key.ts';
import { quickLimits } from '../support/quick-limits.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('secret keys');
const folder = temporaryFolder('secret-key');
/** As minisign 0.11 wrote it with -W: no password, a checksum of zeros. */
const ofMinisign = [
  'untrusted comment: minisign encrypted secret key',
  'RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACfVqWe4JiJ9Y0pMBxNwt9Tc5QtCzt9TWMQbaREf1/zWzzARU6Zi/3AwEvmZKGT8UWbHVBsLn+hWrK+d1/AUW9jZ9U/7yFSzsAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  '',
].join('\n');
const key = generateKey();
const encrypted = await secretKeyText(key, 'correct horse', quickLimits);
const plain = await secretKeyText(key, null);

async function neverAsked(): Promise<string> {
  throw new Error('a password was asked for');
}
const password = (given: string) => async () => given;

/** The text with one byte of its 158 changed. */
function changed(text: string, at: number, to: (byte: number) => number = (byte) => byte ^ 1): string {
  const [comment = '', line = ''] = text.split('\n');
  const bytes = Buffer.from(line, 'base64');
  bytes[at] = to(bytes[at]!);
  return `${comment}\n${bytes.toString('base64')}\n`;
}

test("minisign's key without a password is read", async () => {
  const read = await parseSecretKey(ofMinisign, 'x', neverAsked);
  assert.is(read.publicKey.id, '9F8809EE596AF509');
});

test('what is written is read again, with a password and without one', async () => {
  const [one, other] = [
    await parseSecretKey(encrypted, 'x', password('correct horse')),
    await parseSecretKey(plain, 'x', neverAsked),
  ];
  assert.equal(one.publicKey, key.publicKey);
  assert.equal(other.publicKey, key.publicKey);
  assert.equal(one.exportSeed(), key.exportSeed());
});

test('two files of one key and one password have nothing in common', async () => {
  const again = await secretKeyText(key, 'correct horse', quickLimits);
  assert.is.not(again.split('\n')[1]!.slice(80), encrypted.split('\n')[1]!.slice(80));
});

test('a wrong password is refused, and shown nowhere', async () => {
  const error = await rejectedWith(
    parseSecretKey(encrypted, 'release.key', password('battery staple')),
    'KEY_UNUSABLE',
    /password of release\.key is wrong/,
  );
  assert.not.match(inspect(error) + JSON.stringify(error), /battery|staple/);
});

test('an empty password protects nothing', async () => {
  await rejectedWith(secretKeyText(key, '', quickLimits), 'KEY_UNUSABLE', /empty password/);
});

test('every byte of a key that changes is found', async () => {
  const hidden = [];
  for (let at = 0; at < 158; at++) {
    // Without a password the salt and the limits mean nothing.
    const means = at < 6 || at >= 54;
    const read = await parseSecretKey(changed(plain, at), 'x', neverAsked).then(
      () => true,
      (error) => error.code !== 'KEY_UNUSABLE',
    );
    if (read === means) hidden.push(at);
  }
  assert.equal(hidden, []);
});

test('a change in any part of an encrypted key is found', async () => {
  // The limits' lower bytes are rounded away; their upper ones ask for more than there is.
  const tried = [0, 2, 4, 6, 37, 41, 43, 49, 51, 54, 61, 62, 94, 125, 126, 157];
  for (const at of tried) {
    await rejectedWith(
      parseSecretKey(
        changed(encrypted, at, (byte) => byte ^ 0x40),
        'x',
        password('correct horse'),
      ),
      'KEY_UNUSABLE',
      /./,
    );
  }
});

test('halves of two keys are refused even without a checksum', async () => {
  const mixed = Buffer.from(ofMinisign.split('\n')[1]!, 'base64');
  key.exportSeed().copy(mixed, 62);
  await rejectedWith(
    parseSecretKey(`untrusted comment: x\n${mixed.toString('base64')}\n`, 'x', neverAsked),
    'KEY_UNUSABLE',
    /public half/,
  );
});

for (const [what, text] of [
  ['nothing', ''],
  ['a public key', 'untrusted comment: x\nRWQJ9WpZ7gmInwwEvmZKGT8UWbHVBsLn+hWrK+d1/AUW9jZ9U/7yFSzs\n'],
  ['a key cut short', plain.slice(0, -9)],
  ['a third line', `${plain}x\n`],
] as const) {
  test(`${what} is no secret key`, async () => {
    await rejectedWith(parseSecretKey(text, 'x', neverAsked), 'KEY_UNUSABLE', /no secret key/);
  });
}

for (const mode of [0o640, 0o604, 0o660]) {
  test(`a key with the mode ${mode.toString(8)} is refused`, async () => {
    const file = join(folder, `${mode}.key`);
    await writeFile(file, plain, { mode: 0o600 });
    await readSecretKey(file, neverAsked);
    await chmod(file, mode);
    const { hint } = await rejectedWith(readSecretKey(file, neverAsked), 'KEY_UNUSABLE', /mode 0/);
    assert.match(hint!, /chmod 600/);
  });
}

test('a key that is not there is refused by its name', async () => {
  await rejectedWith(readSecretKey(join(folder, 'none.key'), neverAsked), 'KEY_UNUSABLE', /none\.key/);
});

test('a key shows its seed in no way of printing it', async () => {
  const seed = Buffer.alloc(32, 0xc5);
  const shown = new SeedKey(seed, Buffer.alloc(8));
  const printed = `${inspect(shown, { depth: 9, showHidden: true })}${JSON.stringify(shown)}${String(shown)}`;
  for (const form of [seed.toString('hex'), seed.toString('base64'), 'c5 c5 c5', '197,197']) {
    assert.not.ok(printed.includes(form), form);
  }
});

test('limits give the parameters that libsodium finds', () => {
  // N, r and p of libsodium 1.0.18, of its three sets of limits and of two odd ones.
  assert.equal(scryptParameters(sensitiveLimits), { N: 1 << 20, r: 8, p: 1 });
  assert.equal(scryptParameters({ operations: 524_288, memory: 16_777_216 }), { N: 1 << 14, r: 8, p: 1 });
  assert.equal(scryptParameters({ operations: 0, memory: 16_777_216 }), { N: 1 << 10, r: 8, p: 1 });
  assert.equal(scryptParameters({ operations: 33_554_432, memory: 1 << 24 }), { N: 1 << 14, r: 8, p: 64 });
});

test('a key file has nothing of its secret in the clear', async () => {
  const line = Buffer.from(encrypted.split('\n')[1]!, 'base64');
  assert.not.ok(line.includes(key.exportSeed()));
  assert.not.ok(line.includes(Buffer.from(key.publicKey.bytes)));
  assert.ok(Buffer.from(plain.split('\n')[1]!, 'base64').includes(key.exportSeed()));
});

test.run();
