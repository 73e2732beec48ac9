import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BlockRange } from '../../image/block-map.ts';
import type { SigningKey } from '../../signature/keys.ts';
import { signMessage } from '../../signature/signature-file.ts';
import type { ImageManifest } from '../../steps/image-manifest.ts';
import { burntParts } from '../burnt-parts.ts';
import { canonicalText } from '../canonical-text.ts';
import { type DescribedImage, imageChanges } from '../changes/image-changes.ts';
import type { PreviousRelease } from '../changes/previous-release.ts';
import type { FlowChanges, ReleaseChanges } from '../changes/release-changes.ts';
import { checksums } from '../documents/checksums.ts';
import { releaseNotes } from '../documents/notes.ts';
import { osList } from '../documents/os-list.ts';
import { provenance } from '../documents/provenance.ts';
import { requireSchema } from '../documents/require-schema.ts';
import type { ReleasedFile, ReleasedImage, ReleaseManifest } from '../release-manifest.ts';
import { sbomPackages } from '../sbom-packages.ts';
import { manifestName, signatureComment, signatureName } from '../signature-name.ts';
import { FolderDraft } from './folder-draft.ts';
import type { ImageToRelease, ReleaseFacts } from './released-source.ts';
import { makeWholeFolder } from './whole-folder.ts';

export interface ReleaseRequest {
  readonly facts: ReleaseFacts;
  readonly images: readonly ImageToRelease[];
  /** Documents of a cluster's policy by their path in the release folder; none for a recipe. */
  readonly policy: Readonly<Record<string, string>>;
  readonly previous: PreviousRelease | null;
  readonly flows: FlowChanges | null;
  /** Files of corresponding sources by their path in the release folder. */
  readonly sources: readonly { readonly path: string; readonly file: string }[];
  /** Writes `index.html`. */
  readonly page: (contents: PageContents) => string;
  readonly signers: readonly SigningKey[];
  /** Absolute; must not be there. */
  readonly out: string;
  readonly signal: AbortSignal;
  /** One line for whoever watches. */
  readonly progress: (line: string) => void;
}

/** What the page of a release shows. */
export interface PageContents {
  readonly facts: ReleaseFacts;
  readonly images: readonly (ReleasedImage & { readonly description: string })[];
  /** All that are in the folder beside the page itself, sorted by path. */
  readonly files: readonly ReleasedFile[];
  readonly changes: ReleaseChanges;
}

/**
 * Writes a signed release folder, complete or not at all. The same request gives the same bytes, whoever makes it; signatures are beside the manifest.
 * @throws BoardsmithError FILE_UNUSABLE (the folder is there or cannot be written), RELEASE_INVALID (a document that those who read it would refuse),
 * INTERRUPTED
 */
export async function makeRelease(request: ReleaseRequest): Promise<ReleaseManifest> {
  const { out, signal, signers } = request;
  let manifest: ReleaseManifest | undefined;
  await makeWholeFolder(
    out,
    async (folder) => {
      const draft = new FolderDraft(folder, signal);
      manifest = await fill(draft, request);
      const text = canonicalText(manifest);
      await draft.write(manifestName, text);
      for (const key of signers) {
        const comment = signatureComment(manifest);
        await draft.write(signatureName(key.publicKey.id), signMessage(Buffer.from(text), key, comment));
      }
    },
    signal,
  );
  return manifest!;
}

async function fill(draft: FolderDraft, request: ReleaseRequest): Promise<ReleaseManifest> {
  const { facts, previous } = request;
  const images: ReleasedImage[] = [];
  const described: DescribedImage[] = [];
  for (const image of [...request.images].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    request.progress(`putting ${image.name} into the release`);
    const released = await releaseImage(draft, facts, image);
    images.push(released.image);
    described.push(released);
  }
  for (const [path, text] of Object.entries(request.policy)) await draft.write(path, text);
  for (const { path, file } of request.sources) await draft.copy(path, file);
  const changes = compare(request, described);
  await draft.write('changes.json', canonicalText(changes));
  await draft.write('notes.md', releaseNotes(changes, facts.description));
  const descriptions = new Map(request.images.map(({ name, description }) => [name, description]));
  const shown = images.map((image) => ({ ...image, description: descriptions.get(image.name)! }));
  const list = osList(facts, shown, draft.files);
  await draft.write('os_list.json', requireSchema('the list for Raspberry Pi Imager', 'os_list.json', list));
  await draft.write('index.html', request.page({ facts, images: shown, files: draft.files, changes }));
  await draft.write('SHA256SUMS', checksums(draft.files));
  const { name, kind, number, version, date, sourceRevision, lock } = facts;
  return {
    format: 'boardsmith-release/1',
    ...{ name, kind, number, version, date, sourceRevision, lock, images },
    builder: { name: 'boardsmith', version: facts.builderVersion },
    files: draft.files,
    previous: previous === null ? null : { number: previous.manifest.number, manifest: previous.digest },
  };
}

async function releaseImage(
  draft: FolderDraft,
  facts: ReleaseFacts,
  source: ImageToRelease,
): Promise<DescribedImage & { readonly image: ReleasedImage }> {
  const { name, recipe, board, positions, unit, folders } = source;
  const place = (ending: string): string => `images/${name}.${ending}`;
  const copy = async (folder: string, ending: string): Promise<string> =>
    await draft.copy(place(ending), join(folder, `${name}.${ending}`));
  const manifest = JSON.parse(
    await readFile(join(folders.image, `${name}.manifest.json`), 'utf8'),
  ) as ImageManifest;
  const sbom = await readFile(join(folders.image, `${name}.cdx.json`), 'utf8');
  const mapped = JSON.parse(await readFile(join(folders.blockMap, 'mapped.json'), 'utf8')) as BlockRange[];
  const raw = manifest.outputs.find(({ role }) => role === 'image')!;
  const zstd = await copy(folders.zstd, 'img.zst');
  const xz = folders.xz === null ? null : await copy(folders.xz, 'img.xz');
  const subjects = draft.files.filter(({ path }) => path === zstd || path === xz);
  const statementPath = `provenance/${name}.intoto.json`;
  const statement = provenance(facts, manifest, [
    { name: basename(raw.file), sha256: raw.sha256 },
    ...subjects.map(({ path, sha256 }) => ({ name: path, sha256 })),
  ]);
  const image: ReleasedImage = {
    ...{ name, recipe, board, unit, mapped, zstd, xz },
    positions: [...positions].sort(),
    raw: { size: raw.size, sha256: raw.sha256 },
    bmap: await copy(folders.blockMap, 'bmap'),
    buildManifest: await copy(folders.image, 'manifest.json'),
    provenance: await draft.write(
      statementPath,
      requireSchema('a statement of provenance', statementPath, statement),
    ),
    sboms: [await copy(folders.image, 'cdx.json'), await copy(folders.image, 'spdx.json')],
    layout: source.layout,
    partitions: burntParts(manifest.partitions),
  };
  return { image, packages: sbomPackages(sbom), sizes: manifest.sizes };
}

function compare(
  { facts, previous, flows }: ReleaseRequest,
  images: readonly DescribedImage[],
): ReleaseChanges {
  const before = new Map(previous?.images.map((described) => [described.image.name, described]));
  const after = new Map(images.map((described) => [described.image.name, described]));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return {
    format: 'boardsmith-changes/1',
    ...{ name: facts.name, number: facts.number, version: facts.version },
    previous:
      previous === null
        ? null
        : {
            number: previous.manifest.number,
            version: previous.manifest.version,
            manifest: previous.digest,
          },
    images: names.map((name) => imageChanges(before.get(name) ?? null, after.get(name) ?? null)),
    flows: previous === null ? null : flows,
  };
}

/** What two people who released the same compare over the telephone. */
export function manifestDigest(manifest: ReleaseManifest): string {
  return createHash('sha256').update(canonicalText(manifest)).digest('hex');
}
