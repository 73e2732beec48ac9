import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlockRange, mapBlockSize } from '../../builder/image/block-map.ts';
import { bmapFile } from '../../builder/image/bmap-file.ts';
import { writeDisk } from '../../builder/image/disk.ts';
import { type Layout, layout } from '../../builder/image/layout.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import { canonicalText } from '../../builder/release/canonical-text.ts';
import { checksums } from '../../builder/release/documents/checksums.ts';
import type {
  ReleasedFile,
  ReleasedImage,
  ReleasedPartition,
  ReleaseManifest,
} from '../../builder/release/release-manifest.ts';
import { openwrtCard } from './openwrt-disk.ts';
import { storedXz } from './stored-xz.ts';
import { storedZstd } from './stored-zstd.ts';
import { testBoard } from './test-board.ts';
import { type TestSigner, testSigner } from './test-signer.ts';

/** What a test's release differs in from the usual one. */
export interface SmallReleaseOptions {
  readonly name?: string;
  readonly number?: number;
  /** Names of those who sign it (see `testSigner`). */
  readonly signers?: readonly string[];
  /** Public keys (minisign's base64 line) that the images take certificates from. */
  readonly authorities?: readonly string[];
  /** What the image `cxo-test-board` lets a unit have. */
  readonly unit?: Partial<Pick<ReleasedImage['unit'], 'settings' | 'secrets'>>;
  readonly previous?: ReleaseManifest['previous'];
  /** Whether images are there as xz too. */
  readonly xz?: true;
  /** The router's image is that of an OpenWrt release, and these are its secrets. */
  readonly openwrt?: { readonly secrets: ReleasedImage['unit']['secrets'] };
}

export interface SmallRelease {
  readonly folder: string;
  readonly manifest: ReleaseManifest;
  /** sha256 of manifest.json. */
  readonly digest: string;
  readonly signers: readonly TestSigner[];
  /** Each image whole, as a card must hold it. */
  readonly raw: Readonly<Record<string, Buffer>>;
}

const smallest = {
  ...testBoard,
  partitions: { bootMiB: 1, rootMiB: 2, stateMiB: 1, identityMiB: 1, dataMiB: 1 },
};
const { signal } = new AbortController();

/**
 * A signed release of a cluster with two images of 14 MiB, made in a fraction of a second: the layout and table are those of `builder/image`,
 * what lies in the partitions is noise with a hole in it. The images are `cxo-test-board` (positions cxo-1 and cxo-2) and `router-test-board`.
 */
export async function smallRelease(folder: string, options: SmallReleaseOptions = {}): Promise<SmallRelease> {
  const { name = 'tiny', number = 1, previous = null } = options;
  const raw: Record<string, Buffer> = {};
  const images: ReleasedImage[] = [];
  const files: ReleasedFile[] = [];
  const put = async (path: string, content: string | Uint8Array): Promise<string> => {
    const bytes = Buffer.from(content);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    files.push({ path, size: bytes.length, sha256: sha256(bytes) });
    return path;
  };
  for (const [recipe, positions] of [
    ['cxo', ['cxo-1', 'cxo-2']],
    ['router', ['router']],
  ] as const) {
    const image = `${recipe}-test-board`;
    const openwrt = (recipe === 'router' && options.openwrt) || null;
    const { bytes, partitions } =
      openwrt === null
        ? await slotsCard(folder, `${name} ${image}`, `${image} ${number}`)
        : await routerCard(folder, `${image} ${number}`);
    raw[image] = bytes;
    const mapped = mappedRanges(bytes);
    const zstd = await put(`images/${image}.img.zst`, storedZstd(bytes));
    const xz = options.xz === true ? await put(`images/${image}.img.xz`, storedXz(bytes)) : null;
    const sboms = [
      await put(`images/${image}.cdx.json`, canonicalText({ bomFormat: 'CycloneDX', image })),
      await put(`images/${image}.spdx.json`, canonicalText({ spdxVersion: 'SPDX-2.3', image })),
    ];
    const output = (role: string, path: string): object => ({
      role,
      ...files.find((file) => file.path === path),
    });
    images.push({
      name: image,
      recipe,
      board: 'test-board',
      positions,
      raw: { size: bytes.length, sha256: sha256(bytes) },
      zstd,
      xz,
      bmap: await put(`images/${image}.bmap`, bmapFile(bytes.length, mapped)),
      buildManifest: await put(
        `images/${image}.manifest.json`,
        canonicalText({
          recipe,
          board: 'test-board',
          outputs: [
            { role: 'image', file: `${image}.img`, size: bytes.length, sha256: sha256(bytes) },
            output('sbom-cyclonedx', sboms[0]!),
            output('sbom-spdx', sboms[1]!),
          ],
          partitions: [
            ...(openwrt === null ? [{ name: 'bootloader', offset: 8192, size: 60_000, uuid: null }] : []),
            ...partitions,
          ],
        }),
      ),
      provenance: await put(
        `provenance/${image}.intoto.json`,
        canonicalText({
          subject: [
            sha256(bytes),
            ...files.filter(({ path }) => path === zstd || path === xz).map((file) => file.sha256),
          ].map((digest) => ({ name: image, digest: { sha256: digest } })),
          lock: sha256(Buffer.from('lock')),
        }),
      ),
      sboms,
      mapped,
      layout: openwrt === null ? 'slots' : 'openwrt',
      partitions,
      unit: {
        authorities: options.authorities ?? [],
        settings: (recipe === 'cxo' && options.unit?.settings) || [],
        secrets: openwrt?.secrets ?? ((recipe === 'cxo' && options.unit?.secrets) || []),
      },
    });
  }
  await put('notes.md', `# ${name} ${number}\n`);
  const inOrder = (): ReleasedFile[] => [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  await put('SHA256SUMS', checksums(inOrder()));
  const manifest: ReleaseManifest = {
    format: 'boardsmith-release/1',
    name,
    kind: 'cluster',
    number,
    version: `1.${number}.0`,
    date: '2026-01-02',
    builder: { name: 'boardsmith', version: '0.1.0' },
    sourceRevision: null,
    lock: sha256(Buffer.from('lock')),
    images,
    files: inOrder(),
    previous,
  };
  const text = canonicalText(manifest);
  await writeFile(join(folder, 'manifest.json'), text);
  const signers = (options.signers ?? ['first']).map(testSigner);
  for (const signer of signers) {
    const file = join(folder, `manifest.json.${signer.publicKey.id}.minisig`);
    await writeFile(file, signer.signatureFile(Buffer.from(text)));
  }
  return { folder, manifest, digest: sha256(Buffer.from(text)), signers, raw };
}

/** Bytes that no packer makes smaller, the same for the same seed. */
export function noise(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Runs of blocks that are not all zero. */
export function mappedRanges(image: Buffer): BlockRange[] {
  const zeros = Buffer.alloc(mapBlockSize);
  const ranges: BlockRange[] = [];
  let first = -1;
  for (let block = 0; block <= image.length / mapBlockSize; block++) {
    const bytes = image.subarray(block * mapBlockSize, (block + 1) * mapBlockSize);
    const isMapped = bytes.length > 0 && !bytes.equals(zeros);
    if (isMapped && first < 0) first = block;
    if (isMapped || first < 0) continue;
    const content = image.subarray(first * mapBlockSize, block * mapBlockSize);
    ranges.push({ first, last: block - 1, sha256: sha256(content) });
    first = -1;
  }
  return ranges;
}

interface MadeCard {
  readonly bytes: Buffer;
  readonly partitions: readonly ReleasedPartition[];
}

async function slotsCard(folder: string, seed: string, content: string): Promise<MadeCard> {
  const disk = layout(smallest, seed);
  const partitions = disk.partitions.map(({ name, start, size }) => ({
    name,
    offset: start * sectorSize,
    size: size * sectorSize,
  }));
  return { bytes: await diskBytes(folder, content, disk), partitions };
}

async function routerCard(folder: string, content: string): Promise<MadeCard> {
  const file = join(folder, '.card');
  const root = Buffer.concat([
    noise(`${content} root`, 700_000),
    Buffer.alloc(100_000),
    noise(content, 5000),
  ]);
  const { bytes, parts } = await openwrtCard(file, noise(`${content} boot`, 300_000), root);
  await rm(file);
  return { bytes, partitions: parts };
}

async function diskBytes(folder: string, seed: string, disk: Layout): Promise<Buffer> {
  const scratch = join(folder, '.parts');
  await mkdir(scratch, { recursive: true });
  const part = async (name: string, content: Buffer): Promise<string> => {
    await writeFile(join(scratch, name), content);
    return join(scratch, name);
  };
  const output = join(scratch, 'image');
  const bytes = (name: string, length: number): Buffer => noise(`${seed} ${name}`, length);
  await writeDisk({
    layout: disk,
    contents: {
      'boot-a': await part('boot', bytes('boot', 700_000)),
      // Whole blocks of zeros within a content: not mapped, and yet a card must hold them.
      'root-a': await part(
        'root',
        Buffer.concat([bytes('root', 1_200_000), Buffer.alloc(100_000), bytes('tree', 50_000)]),
      ),
      data: await part(
        'data',
        Buffer.concat([
          Buffer.alloc(1024),
          bytes('data', 9000),
          Buffer.alloc(400_000),
          bytes('journal', 4096),
        ]),
      ),
    },
    bootloader: { file: await part('bootloader', bytes('bootloader', 60_000)), offset: 8192 },
    output,
    signal,
  });
  const image = await readFile(output);
  await rm(scratch, { recursive: true });
  return image;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
