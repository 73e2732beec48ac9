import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bmapFile } from '../../image/bmap-file.ts';
import type { ImageManifest } from '../../steps/image-manifest.ts';
import { burntParts } from '../burnt-parts.ts';
import type { ReleasedFile, ReleasedImage, ReleaseManifest } from '../release-manifest.ts';
import type { ReleaseProblem } from './release-problem.ts';

/** Bytes; a block map of a scattered image has a tenth of it. */
const longestText = 64 << 20;
export const checksumsName = 'SHA256SUMS';

/**
 * Holds the files that say again what the manifest says against it: the block maps, the build's own manifests, the statements of provenance and
 * SHA256SUMS. A file that cannot be read is left to others.
 */
export async function besideProblems(folder: string, manifest: ReleaseManifest): Promise<ReleaseProblem[]> {
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  const read = async (path: string): Promise<string | null> => {
    const file = join(folder, path);
    // Reading a pipe would wait for ever.
    const state = files.has(path) ? await lstat(file).catch(() => null) : null;
    return state?.isFile() && state.size <= longestText ? await readFile(file, 'utf8') : null;
  };
  const problems: ReleaseProblem[] = [];
  const say = (where: string, messages: readonly string[]): void => {
    for (const message of messages) problems.push({ kind: 'contradiction', where, message });
  };
  for (const image of manifest.images) {
    const bmap = await read(image.bmap);
    if (bmap !== null) say(image.bmap, bmapProblems(bmap, image));
    const built = await read(image.buildManifest);
    if (built !== null) say(image.buildManifest, buildManifestProblems(built, image, files));
    const provenance = await read(image.provenance);
    if (provenance !== null) say(image.provenance, provenanceProblems(provenance, image, manifest, files));
  }
  const checksums = await read(checksumsName);
  if (checksums !== null) say(checksumsName, checksumsProblems(checksums, manifest.files));
  return problems;
}

/** A block map is made again, and compared without what is for people: its words may be another version's. */
function bmapProblems(text: string, { raw, mapped }: ReleasedImage): string[] {
  const [expected, found] = [bmapFile(raw.size, mapped), text].map(bmapElements);
  const differs = found!.findIndex((element, index) => element !== expected![index]);
  if (differs >= 0) return [`${found![differs]} is not what the manifest says of the image`];
  if (found!.length < expected!.length) return [`it lacks ${expected![found!.length]}`];
  const [, written = ''] = fileChecksum.exec(text) ?? [];
  const draft = text.replace(written, '0'.repeat(64));
  const own = createHash('sha256').update(draft).digest('hex');
  return own === written ? [] : ['its own checksum is wrong'];
}

const fileChecksum = /<BmapFileChecksum>\s*([0-9a-f]{64})\s*<\/BmapFileChecksum>/;

/** One text for each element that holds something, without comments, white space and the checksum over them. */
function bmapElements(text: string): string[] {
  return text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(fileChecksum, '')
    .replace(/\s+/g, ' ')
    .replace(/> /g, '>')
    .replace(/ </g, '<')
    .split(/(?<=<\/[A-Za-z]+>)/);
}

function buildManifestProblems(
  text: string,
  image: ReleasedImage,
  files: ReadonlyMap<string, ReleasedFile>,
): string[] {
  const built = parsed<ImageManifest>(text);
  if (!Array.isArray(built?.outputs) || !Array.isArray(built.partitions))
    return ['it is no manifest of a build'];
  const problems: string[] = [];
  if (built.recipe !== image.recipe) problems.push(`its recipe is ${built.recipe}, not ${image.recipe}`);
  if (built.board !== image.board) problems.push(`its board is ${built.board}, not ${image.board}`);
  const output = (role: string) => built.outputs.find((one) => one?.role === role);
  const raw = output('image');
  if (raw?.sha256 !== image.raw.sha256 || raw.size !== image.raw.size) {
    problems.push('the image that it describes is another one');
  }
  for (const role of ['sbom-cyclonedx', 'sbom-spdx']) {
    const sbom = output(role);
    if (!image.sboms.some((path) => files.get(path)?.sha256 === sbom?.sha256)) {
      problems.push(`the ${role} that it names is not among the image's`);
    }
  }
  const shown = (parts: readonly { name: string; offset: number; size: number }[]): string =>
    parts.map(({ name, offset, size }) => `${name} ${offset} ${size}`).join('\n');
  if (shown(burntParts(built.partitions)) !== shown(image.partitions)) {
    problems.push('its partitions are not those of the manifest');
  }
  return problems;
}

interface Statement {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
}

function provenanceProblems(
  text: string,
  image: ReleasedImage,
  { lock, sourceRevision }: ReleaseManifest,
  files: ReadonlyMap<string, ReleasedFile>,
): string[] {
  const statement = parsed<Statement>(text);
  if (!Array.isArray(statement?.subject)) return ['it is no in-toto statement'];
  const digests = new Set(statement.subject.map((subject) => subject?.digest?.sha256));
  const problems: string[] = [];
  if (!digests.has(image.raw.sha256)) problems.push('it is about another image');
  for (const path of [image.zstd, image.xz]) {
    const file = path === null ? undefined : files.get(path);
    if (file !== undefined && !digests.has(file.sha256))
      problems.push(`it does not name the sha256 of ${path}`);
  }
  if (!text.includes(lock)) problems.push('it was made with another lock');
  if (sourceRevision !== null && !text.includes(sourceRevision))
    problems.push('it was made of another source revision');
  return problems;
}

function checksumsProblems(text: string, files: readonly ReleasedFile[]): string[] {
  const expected = files
    .filter(({ path }) => path !== checksumsName)
    .map(({ path, sha256 }) => `${sha256}  ${path}`);
  const lines = text.split('\n');
  const problems: string[] = [];
  if (lines.pop() !== '') problems.push('its last line has no end');
  for (const line of expected) if (!lines.includes(line)) problems.push(`it lacks the line ${line}`);
  for (const line of lines)
    if (!expected.includes(line)) problems.push(`the manifest does not know the line ${line}`);
  return problems;
}

function parsed<Value>(text: string): Value | null {
  try {
    return JSON.parse(text) as Value | null;
  } catch {
    return null;
  }
}
