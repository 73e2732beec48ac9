import { createHash } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportLines } from '../../builder/cli/inspect-text.ts';
import { gptPieces } from '../../builder/image/gpt.ts';
import { layout } from '../../builder/image/layout.ts';
import { verityRecordPath } from '../../builder/image/verity/verity-record.ts';
import { inspectImage } from '../../builder/inspect/inspect-image.ts';
import { readContent } from '../../builder/rootfs/file-content.ts';
import { matchesGolden } from '../support/golden.ts';
import { rejectedWith } from '../support/rejection.ts';
import {
  smallBoard,
  smallDescription,
  smallInitramfs,
  smallPart,
  smallRoot,
  writeSmallImage,
} from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('inspecting an image');
const folder = temporaryFolder('inspect');
const { signal } = new AbortController();
const image = await writeSmallImage(folder, 'small');

test('finds every file with its hash', async () => {
  const { files } = await inspectImage(image, signal);
  for (const [place, tree] of [
    ['root-a', smallRoot],
    ['boot-a:/initramfs', smallInitramfs],
  ] as const) {
    const found = files.filter((file) => file.place === place && file.path !== verityRecordPath);
    const written = tree.filter(({ path }) => place === 'root-a' || path !== '/');
    assert.equal(
      found.map(({ path }) => path),
      written.map(({ path }) => path),
    );
    for (const [index, entry] of written.entries()) {
      if (entry.type !== 'file') continue;
      const hash = createHash('sha256')
        .update(await readContent(entry))
        .digest('hex');
      assert.is(found[index]!.sha256, hash, entry.path);
    }
  }
});

test('reads what the kernel says of itself', async () => {
  const { boot } = await inspectImage(image, signal);
  assert.is(boot.kernelRelease, '6.12.0-small');
  assert.equal(boot.kernelOptions, { CONFIG_ARM64: 'y', CONFIG_LOG_BUF_SHIFT: '17' });
  assert.is(boot.commandLine, 'console=ttyS0 quiet');
  assert.equal(boot.modules, ['squashfs']);
});

test('reads what the image says of itself', async () => {
  assert.equal((await inspectImage(image, signal)).description, smallDescription);
});

test('says it in words', async () => {
  const report = await inspectImage(image, signal);
  matchesGolden('inspect/small.txt', `${reportLines(report).join('\n')}\n`);
  assert.ok(
    reportLines(report, 'unit ACME-000017').some((line) => /^ {2}identity .* unit ACME-000017$/.test(line)),
  );
});

test('takes components from the SBOM beside it, and refuses one that is none', async () => {
  const bom = image.replace(/\.img$/, '.cdx.json');
  await writeFile(
    bom,
    JSON.stringify({
      bomFormat: 'CycloneDX',
      components: [
        { name: 'b', version: '1', purl: 'pkg:npm/b@1', licenses: [{ expression: 'MIT' }] },
        { name: 'a' },
      ],
    }),
  );
  const { components } = await inspectImage(image, signal);
  assert.equal(components, [
    { name: 'a', version: '', purl: null, licence: null },
    { name: 'b', version: '1', purl: 'pkg:npm/b@1', licence: 'MIT' },
  ]);
  for (const text of ['{', '{"bomFormat":"other"}', '[]']) {
    await writeFile(bom, text);
    await rejectedWith(inspectImage(image, signal), 'FILE_UNUSABLE', /no CycloneDX document/);
  }
  await writeFile(bom, '{"bomFormat":"CycloneDX","components":[]}');
});

const whole = await readFile(image);
const emptyBoot = (await smallPart('boot')).fill(0);

/** What is no image, and what its error says. */
const garbage: readonly (readonly [string, () => Promise<Buffer> | Buffer, RegExp])[] = [
  ['nothing', () => Buffer.alloc(0), /no disk of whole sectors/],
  ['text', () => Buffer.alloc(1 << 20, 'text '), /no protective MBR/],
  ['zeros', () => Buffer.alloc(1 << 20), /no protective MBR/],
  ['a truncated image', () => whole.subarray(0, whole.length - (1 << 20)), /backup header is none/],
  ['an image without its table', () => Buffer.from(whole).fill(0, 512, 1024), /primary header is none/],
  ['a wrong CRC', () => flipped(whole, 512 + 60), /primary header's CRC is wrong/],
  ['a wrong CRC of the entries', () => flipped(whole, 4096 * 512 + 200), /entry array's CRC is wrong/],
  ['the disk of another system', () => foreignDisk(), /no image of Boardsmith/],
  [
    'a root that is damaged',
    () => flipped(whole, partStart('root-a') + 28),
    /root file system cannot be read/,
  ],
  ['an initramfs that is damaged', () => damagedInitramfs(), /initramfs cannot be/],
  ['a description that is none', () => otherDescription(), /boardsmith\.json on boot-a describes no image/],
  [
    'a boot partition without files',
    () => replaced('boot-a', emptyBoot),
    /no FAT|names no kernel|holds no file|cannot be read/,
  ],
];
for (const [what, bytes, message] of garbage) {
  test(`${what} is refused with a clear error`, async () => {
    const file = join(folder, 'garbage.img');
    await writeFile(file, await bytes());
    const error = await rejectedWith(inspectImage(file, signal), 'FILE_UNUSABLE', message);
    assert.ok(error.hint !== undefined);
  });
}

test('an image that is cut off while it is read, or not there, is refused', async () => {
  await rejectedWith(inspectImage(join(folder, 'absent.img'), signal), 'FILE_UNUSABLE', /cannot read/);
  const file = join(folder, 'cut.img');
  await writeFile(file, whole);
  await truncate(file, 512 * 100);
  await rejectedWith(
    inspectImage(file, signal),
    'FILE_UNUSABLE',
    /backup header is none|lies outside the disk/,
  );
});

function flipped(bytes: Buffer, place: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[place]! ^= 0xff;
  return copy;
}

function partStart(name: string): number {
  return layout(smallBoard, 'small-test').partitions.find((part) => part.name === name)!.start * 512;
}

function replaced(name: string, content: Buffer): Buffer {
  const copy = Buffer.from(whole);
  content.copy(copy, partStart(name));
  return copy;
}

/** A sound table whose partitions have other names. */
function foreignDisk(): Buffer {
  const own = layout(smallBoard, 'small-test');
  const partitions = own.partitions.map((part) => ({ ...part, name: `other ${part.number}` as 'data' }));
  const copy = Buffer.from(whole);
  for (const { offset, bytes } of gptPieces({ ...own, partitions })) bytes.copy(copy, offset);
  return copy;
}

/** The zstd magic number stands at the beginning of a cluster. */
function damagedInitramfs(): Buffer {
  const place = whole.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), partStart('boot-a'));
  const copy = Buffer.from(whole);
  copy.fill(0x77, place + 8, place + 400);
  return copy;
}

/** The description's first letter is another one. */
function otherDescription(): Buffer {
  const copy = Buffer.from(whole);
  copy.write('[', whole.indexOf('{"recipe"'));
  return copy;
}

test.run();
