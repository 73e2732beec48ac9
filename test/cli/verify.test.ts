import { createHash } from 'node:crypto';
import { cp, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { openLedger } from '../../builder/ledger/open-ledger.ts';
import { canonicalText } from '../../builder/release/canonical-text.ts';
import { signatureName } from '../../builder/release/signature-name.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { type CapturedTerminal, capturedTerminal } from '../support/captured-terminal.ts';
import { newBatch, writeLedger } from '../support/ledger-trial.ts';
import { attachLoop, cannotLoop, detachLoop } from '../support/loop-device.ts';
import { smallRelease } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('verify');
const folder = temporaryFolder('cli-verify');
const release = await smallRelease(join(folder, 'release'), { number: 3, signers: ['first', 'second'] });
for (const { publicKey, publicKeyFile } of release.signers) {
  await writeFile(join(folder, `${publicKey.id}.pub`), publicKeyFile);
}
const [first, second] = release.signers.map(({ publicKey }) => publicKey);
const damaged = join(folder, 'damaged');
await cp(release.folder, damaged, { recursive: true });
await truncate(join(damaged, 'images/cxo-test-board.img.zst'), 100);
await writeFile(join(damaged, 'extra'), 'x');

async function verify(
  ...parameters: string[]
): Promise<{ code: number; terminal: CapturedTerminal; out: string }> {
  const terminal = capturedTerminal({ currentDirectory: folder });
  const code = await run(['verify', ...parameters], terminal);
  return { code, terminal, out: terminal.outLines.join('\n') };
}

test('a sound release ends with 0 and says who signed it', async () => {
  const { code, out } = await verify(
    'release',
    '--pub',
    `${first!.id}.pub`,
    '--pub',
    publicKeyLine(second!),
    '--threshold',
    '2',
  );
  assert.is(code, 0, out);
  assert.match(out, /tiny 3 \(1\.3\.0, 2026-01-02\), 2 images/);
  for (const key of [first!, second!]) assert.match(out, `signed by ${key.id}`);
  assert.match(out, /the release is as it was signed$/);
});

test('a damaged one ends with 13 and says all that is wrong', async () => {
  const { code, out, terminal } = await verify('damaged', '--pub', `${first!.id}.pub`);
  assert.is(code, 13);
  assert.match(
    out,
    /wrong: extra: nobody signed this file\nwrong: images\/cxo-test-board\.img\.zst: it is cut off/,
  );
  assert.match(terminal.noteLines.join('\n'), /is not what its signers signed/);
});

test('with --json both are one object', async () => {
  const sound = JSON.parse((await verify('release', '--pub', `${first!.id}.pub`, '--json')).out);
  assert.is(sound.sound, true);
  assert.is(sound.release.digest, release.digest);
  assert.equal(sound.release.strangers, [second!.id]);
  const { code, out } = await verify('damaged', '--pub', `${first!.id}.pub`, '--json');
  const bad = JSON.parse(out);
  assert.is(code, 13);
  assert.is(bad.error, 'RELEASE_INVALID');
  assert.equal(
    bad.findings.map(({ kind }: { kind: string }) => kind),
    ['extra', 'changed'],
  );
});

test('an image that the release does not have is no fault of the card; a recipe or a position names one', async () => {
  const card = join(folder, 'named.img');
  await writeFile(card, release.raw['cxo-test-board']!);
  const against = ['named.img', '--release', 'release', '--pub', `${first!.id}.pub`, '--image'];
  const { code, terminal } = await verify(...against, 'cx');
  assert.is(code, 2);
  assert.match(terminal.noteLines.join('\n'), /the release has no image cx: did you mean cxo\?/);
  for (const name of ['cxo', 'cxo-2', 'cxo-test-board']) assert.is((await verify(...against, name)).code, 0);
  assert.is((await verify(...against, 'router')).code, 15);
});

test('an image as xz: sound, damaged, and of other bytes than the manifest says', async () => {
  const packed = await smallRelease(join(folder, 'xz'), { number: 3, signers: ['first'], xz: true });
  const [one, other] = ['cxo', 'router'].map((name) => join(folder, `xz/images/${name}-test-board.img.xz`));
  const pub = ['--pub', `${first!.id}.pub`];
  assert.is((await verify('xz', ...pub)).code, 0);
  const alone = await verify(one!, ...pub);
  assert.is(alone.code, 0, alone.out);
  const whole = await readFile(one!);
  const damages: [Buffer, string, RegExp][] = [
    [whole.subarray(0, 5000), 'sha256', /it cannot be unpacked/],
    [Buffer.from(whole).fill(1, 12, 20), 'sha256', /it cannot be unpacked/],
    [await readFile(other!), 'sha256', /the sha256 of its bytes is another one/],
    [Buffer.concat([whole, whole]), 'sha256', /it unpacks to more than the \d+ bytes/],
    [whole.subarray(0, -1), '', /it is cut off/],
  ];
  for (const [bytes, resign, told] of damages) {
    await writeFile(one!, bytes);
    const path = 'images/cxo-test-board.img.xz';
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    // The packed file is the one that was signed, and is still not the image.
    const signed = packed.manifest.files.map((file) =>
      file.path === path && resign !== '' ? { path, size: bytes.length, sha256 } : file,
    );
    const text = Buffer.from(canonicalText({ ...packed.manifest, files: signed }));
    await writeFile(join(folder, 'xz/manifest.json'), text);
    const { publicKey, signatureFile } = packed.signers[0]!;
    await writeFile(join(folder, 'xz', signatureName(publicKey.id)), signatureFile(text));
    const { code, out } = await verify(one!, ...pub);
    assert.is(code, 13);
    assert.match(out, told);
  }
});

test('what others chose gives a terminal no orders', async () => {
  const hostile = join(folder, 'hostile');
  await cp(release.folder, hostile, { recursive: true });
  await writeFile(join(hostile, 'x\u001b[2Jfine'), '');
  await writeFile(join(hostile, 'manifest.json.\u001b[2Jfine.minisig'), 'x');
  const { code, out, terminal } = await verify('hostile', '--pub', `${first!.id}.pub`);
  assert.is(code, 13);
  const burning = capturedTerminal({ currentDirectory: folder });
  const words = ['burn', 'hostile', '--pub', `${first!.id}.pub`, '--image', 'cxo', '--to', 'a.img'];
  assert.is(await run(words, burning), 13);
  const said = [out, ...terminal.noteLines, ...burning.noteLines].join('\n');
  assert.match(said, 'fine');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these must not be there
  assert.not.match(said, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('an old release is refused by a number and by a ledger', async () => {
  const pub = ['--pub', `${first!.id}.pub`];
  assert.is((await verify('release', ...pub, '--min-release', '3')).code, 0);
  assert.is((await verify('release', ...pub, '--min-release', '4')).code, 13);
  const ledger = await openLedger(join(folder, 'ledger.ndjson'));
  await ledger.append({ ...newBatch, releaseName: 'tiny', releaseNumber: 5 });
  await ledger.release();
  const { code, out, terminal } = await verify('release', ...pub, '--ledger', 'ledger.ndjson');
  assert.is(code, 13);
  assert.match(out, /older than 5, which is known/);
  assert.match(terminal.noteLines.join('\n'), /is signed, but a newer release .*known\n/);
  for (const [name, digest, ends] of [
    ['same', release.digest, 0],
    ['twice', 'ab'.repeat(32), 13],
  ] as const) {
    const known = await openLedger(join(folder, `${name}.ndjson`));
    await known.append({ ...newBatch, releaseName: 'tiny', releaseNumber: 3, release: digest });
    await known.release();
    const said = await verify('release', ...pub, '--ledger', `${name}.ndjson`);
    assert.is(said.code, ends);
    if (ends !== 0)
      assert.match(said.out, /another release 3 of tiny is known, with the manifest sha256 abab/);
  }
  await writeLedger(join(folder, 'other.ndjson'));
  assert.is((await verify('release', ...pub, '--ledger', 'other.ndjson')).code, 0);
  await writeFile(join(folder, 'bad.ndjson'), 'x\n');
  assert.is((await verify('release', ...pub, '--ledger', 'bad.ndjson')).code, 17);
});

test('an image finds its release in the folder above, a card by --release', async () => {
  const pub = ['--pub', `${first!.id}.pub`];
  assert.is((await verify('release/images/cxo-test-board.img.zst', ...pub)).code, 0);
  assert.is((await verify('damaged/images/cxo-test-board.img.zst', ...pub)).code, 13);
  await writeFile(join(folder, 'card.img'), release.raw['cxo-test-board']!);
  const sound = await verify('card.img', '--release', 'release', ...pub);
  assert.is(sound.code, 0, sound.out);
  assert.match(sound.out, /card\.img: cxo-test-board\nidentity: none\nthe card holds what was signed$/);
  const bytes = Buffer.from(release.raw['cxo-test-board']!);
  bytes[(4 << 20) + 100]! ^= 1;
  await writeFile(join(folder, 'bad-card.img'), bytes);
  const bad = await verify('bad-card.img', '--release', 'release', ...pub);
  assert.is(bad.code, 15);
  assert.match(bad.out, /wrong: boot-a: bytes \d+ to \d+ are not those of the image/);
  assert.is((await verify('card.img', ...pub)).code, 2);
});

wherePossible(test, cannotLoop())(
  'a disk is held against the release, not what the kernel remembers of it',
  async () => {
    const file = join(folder, 'disk.img');
    await writeFile(file, release.raw['cxo-test-board']!);
    const device = attachLoop(file);
    try {
      const remembering = await open(device);
      await remembering.read(Buffer.alloc(8 << 20), 0, 8 << 20, 0);
      const options = ['--release', 'release', '--pub', `${first!.id}.pub`];
      assert.is((await verify(device, ...options)).code, 0);
      const handle = await open(file, 'r+');
      await handle.write(Buffer.alloc(512, 0xee), 0, 512, 4 << 20);
      await handle.sync();
      await handle.close();
      assert.is((await verify(device, ...options)).code, 15);
      await remembering.close();
    } finally {
      detachLoop(device);
    }
  },
);

for (const [what, parameters, code] of [
  ['no key', ['release'], 2],
  ['a key that is not there', ['release', '--pub', 'none.pub'], 12],
  ['more signers than keys', ['release', '--pub', `${first!.id}.pub`, '--threshold', '2'], 2],
  ['nothing there', ['nothing', '--pub', `${first!.id}.pub`], 11],
] as const) {
  test(`${what} ends with ${code}`, async () => {
    assert.is((await verify(...parameters)).code, code);
  });
}

test.run();
