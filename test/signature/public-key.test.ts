import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { keyIdBytes, keyIdText } from '../../builder/signature/key-id.ts';
import {
  parsePublicKey,
  publicKeyLine,
  publicKeyText,
  readPublicKey,
} from '../../builder/signature/public-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('public keys');
const folder = temporaryFolder('public-key');
/** As minisign 0.11 wrote them. */
const line = 'RWQJ9WpZ7gmInwwEvmZKGT8UWbHVBsLn+hWrK+d1/AUW9jZ9U/7yFSzs';
const text = `untrusted comment: minisign public key 9F8809EE596AF509\n${line}\n`;

test('a key of minisign is read from its file, its text and its line', async () => {
  const file = join(folder, 'release.pub');
  await writeFile(file, text);
  for (const key of [parsePublicKey(text, 'x'), await readPublicKey(line), await readPublicKey(file)]) {
    assert.is(key.id, '9F8809EE596AF509');
    assert.is(Buffer.from(key.bytes).toString('hex', 0, 4), '0c04be66');
    assert.is(publicKeyLine(key), line);
    assert.is(publicKeyText(key), text);
  }
});

test('a number with leading zeros keeps its 16 digits', () => {
  const bytes = Buffer.from('a1b2c3d4e5f60700', 'hex');
  assert.is(keyIdText(bytes), '0007F6E5D4C3B2A1');
  assert.equal(keyIdBytes('0007F6E5D4C3B2A1'), bytes);
});

test('in the comment of its file it has none, as minisign prints it', () => {
  // As minisign 0.11 wrote it.
  const short =
    'untrusted comment: minisign public key F87EB92E3D0E5BC\nRWS85dDjkuuHDw/dyI+p5b1KLfBCyhDBr6BeUD+NeHYpj4jSmxGGk2nE\n';
  const key = parsePublicKey(short, 'x');
  assert.is(key.id, '0F87EB92E3D0E5BC');
  assert.is(publicKeyText(key), short);
});

const secret = 'untrusted comment: minisign encrypted secret key\nRWQAAEIy\n';
for (const [what, written, message] of [
  ['nothing', '', /not what minisign writes/],
  ['a secret key', secret, /secret key: keep it to yourself/],
  ['a line too short', line.slice(0, -4), /not what minisign writes/],
  ['characters that are no base64', line.replace('w', '*'), /not what minisign writes/],
  ['base64 of another algorithm', `RX${line.slice(2)}`, /not what minisign writes/],
  ['a third line', `${text}x\n`, /not what minisign writes/],
  ['no comment', `comment\n${line}\n`, /not what minisign writes/],
] as const) {
  test(`${what} is refused`, async () => {
    const file = join(folder, 'bad.pub');
    await writeFile(file, written);
    const { hint } = await rejectedWith(readPublicKey(file), 'KEY_UNUSABLE', message);
    assert.match(hint!, /\.pub file/);
  });
}

test('a file that is not there is refused by its name', async () => {
  await rejectedWith(readPublicKey(join(folder, 'none.pub')), 'KEY_UNUSABLE', /none\.pub/);
});

test('a disk named by mistake is not read whole', async () => {
  await rejectedWith(readPublicKey('/dev/zero'), 'KEY_UNUSABLE', /not what minisign writes/);
});

test('two new keys differ, in number and key', () => {
  const [one, other] = [generateKey(), generateKey()].map(({ publicKey }) => publicKey);
  assert.is.not(one!.id, other!.id);
  assert.is.not(publicKeyLine(one!).slice(14), publicKeyLine(other!).slice(14));
});

test.run();
