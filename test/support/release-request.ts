import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blockMap } from '../../builder/image/block-map.ts';
import { bmapFile } from '../../builder/image/bmap-file.ts';
import type { ReleaseRequest } from '../../builder/release/make/make-release.ts';
import type { ImageToRelease, ReleaseFacts } from '../../builder/release/make/released-source.ts';
import { cycloneDx } from '../../builder/sbom/cyclonedx.ts';
import type { SbomImage } from '../../builder/sbom/sbom-image.ts';
import { spdx } from '../../builder/sbom/spdx.ts';
import type { ImageManifest } from '../../builder/steps/image-manifest.ts';
import { smallBom } from './small-bom.ts';
import { noise } from './small-release.ts';
import { storedZstd } from './stored-zstd.ts';
import { testSigner } from './test-signer.ts';

const { signal } = new AbortController();
const size = 1 << 20;

export const releaseFacts: ReleaseFacts = {
  name: 'tiny',
  kind: 'cluster',
  description: 'Two images that are no images',
  number: 1,
  version: '2026.01',
  date: '2026-01-02',
  builderVersion: '0.1.0',
  sourceRevision: 'c'.repeat(40),
  lock: 'd'.repeat(64),
  locked: {
    'npm:@scope/one@1.2.3': {
      kind: 'npm',
      name: '@scope/one',
      version: '1.2.3',
      size: 3,
      sha256: '8'.repeat(64),
      integrity: 'sha512-x',
    },
  },
  urlBase: null,
};

/** What of an image a test has otherwise. */
export interface FakeImage {
  readonly seed?: string;
  readonly kernelSize?: number;
  readonly components?: (components: SbomImage['components']) => SbomImage['components'];
  readonly unit?: Partial<ImageToRelease['unit']>;
}

/** Outputs of the steps of one image, without the steps: noise with a hole in it, described by documents of the usual form. */
export async function imageToRelease(
  folder: string,
  recipe: string,
  positions: readonly string[],
  { seed = recipe, kernelSize = 1000, components = (same) => same, unit = {} }: FakeImage = {},
): Promise<ImageToRelease> {
  const name = `${recipe}-test-board`;
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  const put = async (ending: string, content: string | Buffer): Promise<void> =>
    await writeFile(join(place, `${name}.${ending}`), content);
  const raw = Buffer.concat([noise(seed, 9000), Buffer.alloc(size - 9000)]);
  const sha256 = createHash('sha256').update(raw).digest('hex');
  await put('img', raw);
  const mapped = await blockMap(join(place, `${name}.img`), signal);
  await put('bmap', bmapFile(size, mapped));
  await writeFile(join(place, 'mapped.json'), JSON.stringify(mapped));
  await put('img.zst', storedZstd(raw));
  const bom = { ...smallBom, unit: name, sha256, components: components(smallBom.components) };
  const sboms = [
    { role: 'sbom-cyclonedx', file: `${name}.cdx.json`, text: cycloneDx(bom) },
    { role: 'sbom-spdx', file: `${name}.spdx.json`, text: spdx(bom) },
  ];
  for (const { file, text } of sboms) await writeFile(join(place, file), text);
  const manifest = {
    recipe,
    board: 'test-board',
    date: '2026-01-02',
    outputs: [
      { role: 'image', file: `${name}.img`, size, sha256 },
      ...sboms.map(({ role, file, text }) => ({
        ...{ role, file, size: text.length },
        sha256: createHash('sha256').update(text).digest('hex'),
      })),
    ],
    partitions: [
      { name: 'bootloader', offset: 8192, size: 8192, used: 100, sha256, uuid: null },
      { name: 'boot-a', offset: 65536, size: 131072, used: 9000, sha256, uuid: 'u' },
    ],
    sizes: [{ part: 'kernel', size: kernelSize, budget: null }],
    inputs: [{ id: 'npm:@scope/one@1.2.3', version: '1.2.3', sha256: '8'.repeat(64), size: 3 }],
    sources: [{ path: `recipe/${recipe}/daemon.ts`, sha256: '9'.repeat(64) }],
  } as unknown as ImageManifest;
  await put('manifest.json', JSON.stringify(manifest));
  return {
    ...{ name, recipe, positions, board: 'test-board', description: `The ${recipe} of a test` },
    unit: { authorities: [], settings: [], secrets: [], ...unit },
    layout: 'slots',
    folders: { image: place, blockMap: place, zstd: place, xz: null },
  };
}

/** A request for a release of two images. */
export async function releaseRequest(
  folder: string,
  { cxo = {}, ...changes }: Partial<ReleaseRequest> & { readonly cxo?: FakeImage } = {},
): Promise<ReleaseRequest> {
  return {
    facts: releaseFacts,
    images: [
      await imageToRelease(join(folder, 'outputs'), 'router', ['router']),
      await imageToRelease(join(folder, 'outputs'), 'cxo', ['cxo-2', 'cxo-1'], cxo),
    ],
    policy: { 'policy/policy.json': '{"cluster":"tiny"}\n', 'policy/words.txt': 'nobody reaches anybody\n' },
    previous: null,
    flows: null,
    sources: [],
    page: ({ facts, files }) => `<p>${facts.name}: ${files.length} files</p>\n`,
    signers: [testSigner('first')],
    out: join(folder, 'release'),
    signal,
    progress: () => {},
    ...changes,
  };
}
