import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { layout } from '../../builder/image/layout.ts';
import { Card } from '../../builder/inspect/card.ts';
import { rootMap, whatLiesIn } from '../../builder/inspect/root-map.ts';
import { type RootVerdict, verifyRoot } from '../../builder/inspect/verify-root.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { rejectedWith } from '../support/rejection.ts';
import { smallBoard, smallPart, writeSmallImage } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a root held against its hash');
const folder = temporaryFolder('verify-root');
const image = await writeSmallImage(folder, 'small');
const whole = await readFile(image);
const root = await smallPart('root');
const rootStart =
  layout(smallBoard, 'small-test').partitions.find(({ name }) => name === 'root-a')!.start * 512;
/** The last three blocks of the root are superblock, and the tree over fewer than 128 blocks: one. */
const dataBlocks = root.length / 4096 - 2;
const used = Number(root.readBigUInt64LE(40));
const inodes = Number(root.readBigUInt64LE(64));

async function verdictOf(file: string): Promise<RootVerdict> {
  const card = await Card.open(file);
  try {
    return await verifyRoot(card, 'a');
  } finally {
    await card.close();
  }
}

/** The image with one bit flipped at a byte of its root partition. */
async function flipped(at: number): Promise<string> {
  const bytes = Buffer.from(whole);
  bytes[rootStart + at]! ^= 4;
  const file = join(folder, 'flipped.img');
  await writeFile(file, bytes);
  return file;
}

test('one that is as it was built: no block is wrong', async () => {
  const { partition, dataBlocks: blocks, wrong, unmapped } = await verdictOf(image);
  assert.equal(
    { partition, blocks, wrong, unmapped },
    { partition: 'root-a', blocks: dataBlocks, wrong: [], unmapped: null },
  );
});

test('each block of the data is found by its number when a bit of it is flipped, and what it holds is named', async () => {
  const named = new Set<string>();
  for (let block = 0; block < dataBlocks; block += 1) {
    const { wrong, unmapped } = await verdictOf(await flipped(block * 4096 + 2000));
    assert.equal(
      wrong.map(({ place, level, block: found, offset }) => ({ place, level, found, offset })),
      [{ place: 'data', level: 0, found: block, offset: block * 4096 }],
    );
    if (unmapped === null) for (const name of wrong[0]!.holds) named.add(name);
  }
  assert.ok(named.has('/etc/large'), [...named].join());
});

test('every byte of the file system is something, and what lies in a piece is what the file holds', async () => {
  const card = await Card.open(image);
  const map = await rootMap(card.partition('root-a'));
  await card.close();
  let end = 0;
  for (const piece of map.pieces) {
    // The compressor's own options, eight bytes, follow the superblock.
    assert.ok(piece.start <= end + 8, `nothing is said of bytes ${end} to ${piece.start}`);
    end = Math.max(end, piece.end);
  }
  assert.is(end, used);
  assert.equal(whatLiesIn(map, 0, 96), ['superblock']);
  assert.equal(whatLiesIn(map, inodes, inodes + 1), ['table of inodes']);
  assert.equal(whatLiesIn(map, used, used + 4096), []);
  // Noise cannot be packed: it lies there as it is.
  const noise = map.pieces.filter(({ holds }) => holds === '/etc/large');
  assert.ok(noise.length >= 2);
});

test('damaged tables: the block is named, and why its files are not', async () => {
  const { wrong, unmapped } = await verdictOf(await flipped(inodes + 20));
  assert.equal(
    wrong.map(({ block }) => block),
    [Math.floor((inodes + 20) / 4096)],
  );
  if (unmapped === null) assert.ok(wrong[0]!.holds.includes('table of inodes'));
});

test('superblock and tree, which no file shows', async () => {
  const [superblock] = (await verdictOf(await flipped(dataBlocks * 4096 + 100))).wrong;
  assert.is(superblock?.place, 'superblock');
  const [tree] = (await verdictOf(await flipped((dataBlocks + 1) * 4096))).wrong;
  assert.equal([tree?.place, tree?.level, tree?.unjudged], ['tree', 1, 0]);
  const [behind] = (await verdictOf(await flipped(root.length + 4096))).wrong;
  assert.equal([behind?.place, behind?.block], ['behind', 1]);
});

async function inspect(...parameters: string[]): Promise<{ code: number; out: string; notes: string }> {
  const terminal = capturedTerminal({ currentDirectory: folder, environment: { HOME: folder } });
  const code = await run(['inspect', ...parameters], terminal);
  return { code, out: terminal.outLines.join('\n'), notes: terminal.noteLines.join('\n') };
}

test('inspect --verify says so, in words and as JSON', async () => {
  const { code, out } = await inspect(image, '--verify');
  assert.is(code, 0);
  assert.match(
    out,
    new RegExp(`root-a: all ${dataBlocks} blocks and their hash tree belong to root hash [0-9a-f]{64}`),
  );
  assert.not.match((await inspect(image)).out, /root hash/);
  const report = JSON.parse((await inspect(image, '--verify', '--json')).out);
  assert.equal(report.verified.wrong, []);
  assert.match(report.verified.rootHash, /^[0-9a-f]{64}$/);
});

test('inspect --verify ends with AUDIT_FAILED for a wrong block, and names block and file', async () => {
  const large = Math.ceil(dataBlocks / 2);
  const { code, notes } = await inspect(await flipped(large * 4096), '--verify');
  assert.is(code, 8);
  assert.match(notes, /a block of root-a in .*flipped\.img changed since it was built/);
  assert.match(
    notes,
    new RegExp(`block ${large} of the data, at byte ${large * 4096} of the partition: .*/etc/large`),
  );
});

test('an initramfs without a record, or with one that is none, is refused', async () => {
  const at = whole.indexOf('BSVERITY');
  const changed = async (place: number, text: string): Promise<string> => {
    const bytes = Buffer.from(whole);
    bytes.write(text, place, 'latin1');
    const file = join(folder, 'changed.img');
    await writeFile(file, bytes);
    return file;
  };
  await rejectedWith(
    verdictOf(await changed(at, 'X')),
    'FILE_UNUSABLE',
    /root\.verity of slot a: not a record/,
  );
  const name = whole.lastIndexOf('root.verity', at);
  await rejectedWith(verdictOf(await changed(name, 'x')), 'FILE_UNUSABLE', /slot a has no \/root\.verity/);
  // More blocks than the partition has.
  await rejectedWith(
    verdictOf(await changed(at + 9, '\xff')),
    'FILE_UNUSABLE',
    /not the root of its initramfs/,
  );
});

test.run();
