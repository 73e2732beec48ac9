import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appendHashTree } from '../../builder/image/verity/append-hash-tree.ts';
import { hashTree } from '../../builder/image/verity/hash-tree.ts';
import { readSuperblock, writeSuperblock } from '../../builder/image/verity/superblock.ts';
import { readVerityRecord, writeVerityRecord } from '../../builder/image/verity/verity-record.ts';
import { verityTreeSize } from '../../builder/image/verity/verity-tree-size.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { numberedBlocks } from '../support/verity-data.ts';

const { signal } = new AbortController();

/**
 * What `veritysetup format --salt SALT --uuid UUID` (cryptsetup 2.6.1) made of `numberedBlocks`; `tree` is the sha256 of the hash file, superblock
 * included.
 */
interface Vector {
  readonly blocks: number;
  readonly salt: string;
  readonly uuid: string;
  readonly rootHash: string;
  readonly tree: string;
}
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/image/verity-vectors.json'), 'utf8'),
) as readonly Vector[];

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

for (const { blocks, salt, uuid, rootHash, tree } of vectors) {
  test(`superblock and tree over ${blocks} blocks are those of veritysetup`, async () => {
    const saltBytes = Buffer.from(salt, 'hex');
    const made = await hashTree(numberedBlocks(blocks), saltBytes);
    assert.is(made.dataBlocks, blocks);
    assert.is(made.rootHash.toString('hex'), rootHash);
    const superblock = writeSuperblock({
      dataBlocks: blocks,
      salt: saltBytes,
      uuid: Buffer.from(uuid.replaceAll('-', ''), 'hex'),
    });
    const whole = Buffer.concat([superblock, ...made.levels]);
    assert.is(sha256(whole), tree);
    assert.is(whole.length, verityTreeSize(blocks * 4096));
  });
}

test('a block that is not whole, or none at all, is refused', async () => {
  const salt = Buffer.alloc(32);
  await hashTree([Buffer.alloc(4096)], salt);
  for (const pieces of [[Buffer.alloc(4096), Buffer.alloc(4095)], [Buffer.alloc(1)], []]) {
    const refused = await hashTree(pieces, salt).catch((error: unknown) => error);
    assert.instance(refused, RangeError);
  }
});

async function appended(
  blocks: number,
): Promise<{ file: string; record: Awaited<ReturnType<typeof appendHashTree>> }> {
  const file = join(temporaryFolder('verity'), 'root.img');
  await writeFile(file, Buffer.concat([...numberedBlocks(blocks)]));
  return { file, record: await appendHashTree(file, signal) };
}

test('a tree is appended: the data stays, the salt is the sha256 of the data, the same each time', async () => {
  const [first, second] = [await appended(300), await appended(300)];
  const bytes = await readFile(first.file);
  const data = Buffer.concat([...numberedBlocks(300)]);
  assert.ok(bytes.subarray(0, data.length).equals(data));
  assert.is(bytes.length, data.length + verityTreeSize(data.length));
  assert.is(first.record.salt.toString('hex'), sha256(data));
  assert.ok(bytes.equals(await readFile(second.file)));
  const superblock = readSuperblock(bytes.subarray(data.length, data.length + 4096));
  assert.is(superblock.dataBlocks, 300);
  assert.ok(superblock.salt.equals(first.record.salt));
});

test('other data has another salt and another root hash', async () => {
  const [first, second] = [await appended(3), await appended(4)];
  assert.not.ok(first.record.salt.equals(second.record.salt));
  assert.not.ok(first.record.rootHash.equals(second.record.rootHash));
});

const veritysetup = (await execa('veritysetup', ['--version'], { reject: false })).exitCode === 0;
if (!veritysetup) console.log('SKIP veritysetup verifies a tree: no veritysetup (package cryptsetup-bin)');
(veritysetup ? test : test.skip)(
  'veritysetup verifies a tree, and no longer when a bit is flipped',
  async () => {
    const { file, record } = await appended(129);
    const verify = async (): Promise<number | undefined> => {
      const rootHash = record.rootHash.toString('hex');
      const offset = `--hash-offset=${record.dataBlocks * 4096}`;
      return (await execa('veritysetup', ['verify', file, file, rootHash, offset], { reject: false }))
        .exitCode;
    };
    assert.is(await verify(), 0);
    const bytes = await readFile(file);
    for (const block of [0, 128, 129, 130, 132]) {
      const flipped = Buffer.from(bytes);
      flipped[block * 4096]! ^= 1;
      await writeFile(file, flipped);
      assert.is.not(await verify(), 0, `block ${block}`);
    }
  },
);

test('a superblock is read back; one with any bit flipped that matters is refused or reads otherwise', () => {
  const block = writeSuperblock({ dataBlocks: 9570, salt: Buffer.alloc(32, 7), uuid: Buffer.alloc(16, 9) });
  const { dataBlocks, salt, uuid } = readSuperblock(block);
  assert.equal(
    { dataBlocks, salt, uuid },
    { dataBlocks: 9570, salt: Buffer.alloc(32, 7), uuid: Buffer.alloc(16, 9) },
  );
  /** Signature, version, type, algorithm, block sizes, salt's size, padding, what follows the salt, the block's rest. */
  for (const at of [0, 7, 8, 12, 32, 63, 64, 68, 80, 82, 120, 4095]) {
    const other = Buffer.from(block);
    other[at]! ^= 1;
    assert.throws(() => readSuperblock(other), /not a dm-verity superblock/, `byte ${at}`);
  }
  assert.throws(() => readSuperblock(block.subarray(0, 512)), /4096 bytes/);
});

test("init's record is read back; anything else is refused", () => {
  const record = { dataBlocks: 0x30201, rootHash: Buffer.alloc(32, 1), salt: Buffer.alloc(32, 2) };
  const bytes = writeVerityRecord(record);
  assert.is(bytes.toString('latin1', 0, 16), 'BSVERITY\x01\x02\x03\0\0\0\0\0');
  assert.equal(readVerityRecord(bytes), record);
  for (const bad of [bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(0)]) {
    assert.throws(() => readVerityRecord(bad), /not a record/);
  }
  for (const dataBlocks of [0, 2 ** 32]) {
    assert.throws(() => readVerityRecord(writeVerityRecord({ ...record, dataBlocks })), /a hash tree over/);
  }
  assert.throws(() => writeVerityRecord({ ...record, salt: Buffer.alloc(31) }), RangeError);
});

test.run();
