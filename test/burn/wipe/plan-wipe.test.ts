import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planWipe } from '../../../builder/burn/wipe/plan-wipe.ts';
import { type Stretch, totalLength } from '../../../builder/burn/write/stretch.ts';
import { mapBlockSize } from '../../../builder/image/block-map.ts';
import { writeDisk } from '../../../builder/image/disk.ts';
import { gptPieces } from '../../../builder/image/gpt.ts';
import { type Layout, layout } from '../../../builder/image/layout.ts';
import { readGpt } from '../../../builder/image/read-gpt.ts';
import { sectorSize } from '../../../builder/image/sectors.ts';
import type { ReleasedImage } from '../../../builder/release/release-manifest.ts';
import { mappedRanges, noise } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testBoard } from '../../support/test-board.ts';
import { wherePossible } from '../../support/where-possible.ts';

const mebibyte = 1 << 20;
const cardSize = 1200 * mebibyte;
const folder = temporaryFolder('wipe');
const { signal } = new AbortController();
const board = {
  ...testBoard,
  partitions: { bootMiB: 8, rootMiB: 12, stateMiB: 2, identityMiB: 1, dataMiB: 32 },
};
const plan = layout(board, 'wipe');

const program = (name: string): string | undefined =>
  ['/usr/sbin', '/sbin', '/usr/bin'].map((place) => join(place, name)).find(existsSync);
const [mke2fs, blkid, sgdisk, dumpe2fs] = ['mke2fs', 'blkid', 'sgdisk', 'dumpe2fs'].map(program);

interface Image {
  readonly bytes: Buffer;
  readonly image: Pick<ReleasedImage, 'raw' | 'mapped' | 'partitions'>;
}

/** An image whose boot, root and data have zeros between and after what they hold. */
async function imageOf(disk: Layout, data: Buffer): Promise<Image> {
  const output = join(folder, 'image');
  const part = async (name: string, content: Buffer): Promise<string> => {
    const file = join(folder, name);
    await (await open(file, 'w')).close();
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', file], { input: content });
    return file;
  };
  const holed = (name: string): Buffer =>
    Buffer.concat([noise(name, 900_000), Buffer.alloc(2 * mebibyte), noise(`${name} end`, 70_000)]);
  await writeDisk({
    layout: disk,
    contents: {
      'boot-a': await part('boot', holed('boot')),
      'root-a': await part('root', holed('root')),
      data: await part('data', data),
    },
    bootloader: { file: await part('bootloader', noise('loader', 60_000)), offset: 8192 },
    output,
    signal,
  });
  const bytes = readFileSync(output);
  const partitions = disk.partitions.map(({ name, start, size }) => {
    return { name, offset: start * sectorSize, size: size * sectorSize };
  });
  return {
    bytes,
    image: { raw: { size: bytes.length, sha256: '' }, mapped: mappedRanges(bytes), partitions },
  };
}

const made = await imageOf(
  plan,
  Buffer.concat([Buffer.alloc(1024), noise('data', 9000), Buffer.alloc(mebibyte), noise('x', 5000)]),
);
const places = Object.fromEntries(made.image.partitions.map((one) => [one.name, one]));

/** What of a card is neither mapped nor wiped, and so keeps what an old card holds. */
function keeps(offset: number, length: number): boolean {
  const covered = [
    ...planWipe(made.image, cardSize),
    ...made.image.mapped.map(({ first, last }) => {
      return { offset: first * mapBlockSize, length: (last - first + 1) * mapBlockSize };
    }),
  ];
  let left = length;
  for (const one of covered) {
    left -= Math.max(0, Math.min(one.offset + one.length, offset + length) - Math.max(one.offset, offset));
  }
  return left > 0;
}

test('ascending, disjoint, in whole blocks, on the card, and nothing of the image', () => {
  const wiped = planWipe(made.image, cardSize);
  let end = 0;
  for (const { offset, length } of wiped) {
    assert.ok(offset >= end && length > 0 && offset % 4096 === 0 && length % 4096 === 0);
    end = offset + length;
    for (const { first, last } of made.image.mapped) {
      assert.ok(end <= first * 4096 || offset >= (last + 1) * 4096);
    }
  }
  assert.is(end, cardSize);
});

test('what file systems and hashes rely on is all as the image has it', () => {
  for (const name of ['boot-a', 'state', 'identity', 'data']) {
    assert.not.ok(keeps(places[name]!.offset, places[name]!.size), name);
  }
  assert.not.ok(keeps(0, places['boot-a']!.offset));
  assert.not.ok(keeps(places['root-a']!.offset, 900_000 + 2 * mebibyte + 70_000));
});

test('no byte more than that and the places of signatures', () => {
  assert.ok(keeps(places['root-a']!.offset + 5 * mebibyte, mebibyte));
  assert.ok(keeps(places['root-b']!.offset + 5 * mebibyte, mebibyte));
  assert.ok(keeps(places['boot-b']!.offset + 3 * mebibyte, 4096));
  // Each slot's head, tail and copies; both partitions that are wiped whole; the card's own.
  const wiped = planWipe(made.image, cardSize);
  const beyond = wiped.filter(({ offset }) => offset >= made.bytes.length);
  assert.is(totalLength(beyond), mebibyte + 4096 * 9);
  assert.ok(totalLength(wiped) < 64 * mebibyte, `${totalLength(wiped)}`);
});

test('places of old signatures, one by one', () => {
  const bootB = places['boot-b']!;
  const rootB = places['root-b']!;
  const data = places.data!;
  const single: readonly (readonly [string, number])[] = [
    ['an MBR', 0],
    ['an ISO 9660', 32768],
    ['a GPT’s usual entries', 1024],
    ["the backup of a card's GPT: header", cardSize - 512],
    ["the backup of a card's GPT: entries", cardSize - 33 * 512],
    ['ZFS at the end of the card', cardSize - 512 * 1024],
    ['an old FAT in the other slot', bootB.offset],
    ['an old btrfs', rootB.offset + 65536],
    ["LUKS2's second header at 4 MiB", rootB.offset + 4 * mebibyte],
    ["LUKS2's second header at 2 MiB", bootB.offset + 2 * mebibyte],
    ['NTFS’s copy', rootB.offset + rootB.size - 512],
    ['MD RAID 0.90', bootB.offset + bootB.size - 128 * 1024],
    ['ext4’s copy in group 1 of a data partition that grew', data.offset + 128 * mebibyte],
    ['in group 3', data.offset + 3 * 128 * mebibyte],
    ['in group 7', data.offset + 7 * 128 * mebibyte],
    ['in group 9', 9 * 128 * mebibyte],
    ['of an ext4 over the whole card', 5 * 128 * mebibyte],
  ];
  for (const [what, offset] of single) assert.not.ok(keeps(offset, 512), what);
  assert.ok(keeps(data.offset + 2 * 128 * mebibyte, 4096));
});

test('a card that is as large as the image, one that ends inside a block, a tiny one', () => {
  const same = planWipe(made.image, made.bytes.length);
  assert.ok(same.every(({ offset, length }) => offset + length <= made.bytes.length));
  const last = planWipe(made.image, cardSize + 512).at(-1)!;
  assert.is(last.offset + last.length, cardSize + 512);
  assert.is(last.offset % 4096, 0);
});

test('a partition of a kind that is not known and has content is wiped whole', () => {
  const partitions = made.image.partitions.map((one) =>
    one.name === 'root-a' ? { ...one, name: 'other' } : one,
  );
  const other = partitions.find(({ name }) => name === 'other')!;
  const wiped = planWipe({ ...made.image, partitions }, cardSize);
  assert.ok(
    wiped.some(
      ({ offset, length }) =>
        offset + length >= other.offset + other.size && offset < other.offset + 5 * mebibyte,
    ),
  );
});

/** An old card, with junk wherever nothing else is said, onto which the image and the wipe are written. */
async function burnt(
  image: Image,
  fill: (handle: FileHandle) => Promise<void>,
  name: string,
): Promise<string> {
  const file = join(folder, name);
  const handle = await open(file, 'w+');
  try {
    await handle.truncate(cardSize);
    await fill(handle);
    const put = async (offset: number, bytes: Buffer): Promise<void> => {
      await handle.write(bytes, 0, bytes.length, offset);
    };
    for (const { first, last } of image.image.mapped) {
      await put(first * 4096, image.bytes.subarray(first * 4096, (last + 1) * 4096));
    }
    for (const { offset, length } of planWipe(image.image, cardSize)) await put(offset, Buffer.alloc(length));
    return file;
  } finally {
    await handle.close();
  }
}

async function readAt(file: string, { offset, length }: Stretch): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    return (await handle.read(Buffer.alloc(length), 0, length, offset)).buffer;
  } finally {
    await handle.close();
  }
}

/** The table of a system that grew its data partition to the end of the card. */
function grown(disk: Layout): Layout {
  const size = cardSize / sectorSize;
  return {
    ...disk,
    size,
    partitions: disk.partitions.map((one) =>
      one.name === 'data' ? { ...one, size: size - 2048 - one.start } : one,
    ),
  };
}

test('of an old card full of junk, no table is found but the new one', async () => {
  const junk = Buffer.alloc(mebibyte, 'EFI PART junk! ');
  const file = await burnt(
    made,
    async (handle) => {
      for (let offset = 0; offset < cardSize; offset += mebibyte)
        await handle.write(junk, 0, mebibyte, offset);
      for (const { offset, bytes } of gptPieces(grown(layout(board, 'old')))) {
        await handle.write(bytes, 0, bytes.length, offset);
      }
    },
    'junk.img',
  );
  for (const name of ['boot-a', 'state', 'identity', 'data']) {
    const { offset, size } = places[name]!;
    const found = await readAt(file, { offset, length: size });
    assert.ok(found.equals(made.bytes.subarray(offset, offset + size)), name);
  }
  const head = await readAt(file, { offset: 0, length: places['boot-a']!.offset });
  assert.ok(head.equals(made.bytes.subarray(0, head.length)));
  assert.ok(
    (await readAt(file, { offset: cardSize - mebibyte, length: mebibyte })).every((byte) => byte === 0),
  );
  // Cut to the image's size, it is the image's table, whole.
  execFileSync('truncate', ['-s', String(made.bytes.length), file]);
  assert.is((await readGpt(file)).diskUuid, plan.diskUuid);
});

const missing =
  mke2fs === undefined || blkid === undefined || sgdisk === undefined || dumpe2fs === undefined
    ? 'no mke2fs, dumpe2fs, blkid and sgdisk (packages e2fsprogs, util-linux, gdisk)'
    : null;
const withTools = wherePossible(test, missing);

/** What blkid finds in a stretch of a file; null for nothing. */
function probed(file: string, { offset, length }: Stretch): string | null {
  try {
    const more = [
      '-O',
      String(offset),
      '-S',
      String(length),
      '-s',
      'TYPE',
      '-s',
      'AMBIVALENT',
      '-s',
      'PTTYPE',
    ];
    return execFileSync(blkid!, ['-p', '-o', 'export', ...more, file], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  } catch (error) {
    // 2: nothing; 8: several, and it cannot tell.
    const { status } = error as { status: number };
    if (status === 2) return null;
    return status === 8 ? 'several' : (Promise.reject(error) as never);
  }
}

/** @returns its path */
function ext4(name: string, mebibytes: number, ...options: readonly string[]): string {
  const file = join(folder, name);
  const uuid = '01234567-89ab-8def-8123-456789abcdef';
  execFileSync('truncate', ['-s', `${mebibytes}M`, file]);
  const geometry = [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-b',
    '4096',
    '-U',
    uuid,
    '-E',
    'lazy_itable_init=0,lazy_journal_init=0,nodiscard',
  ];
  execFileSync(mke2fs!, [...geometry, ...options, file]);
  return file;
}

withTools('of a real card that was used, Debian’s tools find the new system and nothing else', async () => {
  const image = await imageOf(plan, readFileSync(ext4('data-new', 32)));
  const at = Object.fromEntries(
    image.image.partitions.map((one) => [one.name, { offset: one.offset, length: one.size }]),
  );
  const old = ext4('data-old', 1024, '-L', 'old-data', '-d', '/usr/share/doc/gdisk');
  const planted: readonly (readonly [string, Stretch, number, string])[] = [
    ['ext4 over an empty slot', at['root-b']!, 1024 + 56, '\x53\xef'],
    ['swap', at['boot-b']!, 4086, 'SWAPSPACE2'],
    ['its version and last page', at['boot-b']!, 1024, '\x01\0\0\0\xff\x01\0\0'],
    ['btrfs', at['root-b']!, 65536 + 64, '_BHRfS_M'],
    ['LUKS2’s second header', at['root-b']!, 4 * mebibyte, 'SKUL\xba\xbe\0\x02'],
    ['swap in state', at.state!, 4086, 'SWAPSPACE2'],
    ['its version and last page', at.state!, 1024, '\x01\0\0\0\xff\x01\0\0'],
    ['a label in the identity partition', at.identity!, 536, 'LVM2 001'],
  ];
  let seen: (string | null)[] = [];
  const file = await burnt(
    image,
    async (handle) => {
      for (const { offset, bytes } of gptPieces(grown(layout(board, 'old')))) {
        await handle.write(bytes, 0, bytes.length, offset);
      }
      for (const [, { offset }, within, magic] of planted) {
        await handle.write(Buffer.from(magic, 'latin1'), 0, magic.length, offset + within);
      }
      const before = join(folder, 'used.img');
      const seek = `seek=${at.data!.offset / mebibyte}`;
      execFileSync('dd', ['bs=1M', `if=${old}`, `of=${before}`, seek, 'conv=sparse,notrunc'], {
        stdio: 'pipe',
      });
      seen = [probed(before, at['boot-b']!), probed(before, at.data!), probed(before, at.state!)];
      assert.match(execFileSync(sgdisk!, ['-v', before]).toString(), /No problems found/);
      for (const group of [0, 1, 7]) assert.match(superblock(before, at.data!.offset, group), /old-data/);
    },
    'used.img',
  );
  // They were found before.
  assert.equal(
    seen.map((text) => /^TYPE=(.*)$/m.exec(text ?? '')?.[1]),
    ['swap', 'ext4', 'swap'],
  );
  for (const name of ['boot-b', 'root-b', 'state', 'identity'])
    assert.is(probed(file, at[name]!), null, name);
  assert.match(probed(file, at.data!)!, /^TYPE=ext4$/m);
  assert.match(probed(file, { offset: 0, length: cardSize })!, /^PTTYPE=gpt$/m);
  // The data partition as it will have grown: no copy of the old one's superblock.
  assert.not.match(superblock(file, at.data!.offset), /old-data/);
  for (const group of [1, 3, 5, 7]) {
    assert.throws(() => superblock(file, at.data!.offset, group), /Bad magic/);
  }
  assert.ok(
    (await readAt(file, { ...at.data! })).equals(
      image.bytes.subarray(at.data!.offset, at.data!.offset + at.data!.length),
    ),
  );
  const printed = execFileSync(sgdisk!, ['-p', file], { stdio: 'pipe' }).toString();
  assert.match(printed, new RegExp(`Disk identifier \\(GUID\\): ${plan.diskUuid}`, 'i'));
});

/** The superblock of an ext4 that lies in a file, or a copy of it; throws if there is none. */
function superblock(file: string, offset: number, group = 0): string {
  const which = group === 0 ? [] : ['-o', `superblock=${group * 32768}`, '-o', 'blocksize=4096'];
  return execFileSync(dumpe2fs!, ['-h', ...which, `${file}?offset=${offset}`], { stdio: 'pipe' }).toString();
}

test.run();
