import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { policyMatrix } from '../../openwrt/policy/matrix.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { sha256OfFile } from '../lock/sha256-of-file.ts';
import type { PackedFormat } from '../plan/step.ts';
import { readPreviousRelease, requireSignedBy } from '../release/changes/previous-release.ts';
import { makeRelease, manifestDigest } from '../release/make/make-release.ts';
import { releaseNumber } from '../release/make/release-number.ts';
import type { ReleaseFacts } from '../release/make/released-source.ts';
import { sourceRevision } from '../release/make/source-revision.ts';
import { refuseExisting } from '../release/make/whole-folder.ts';
import type { ReleaseManifest } from '../release/release-manifest.ts';
import { sbomPackages } from '../release/sbom-packages.ts';
import { correspondingSources, sourcePath } from '../release/sources/corresponding-sources.ts';
import { readSecretKey } from '../signature/secret-key.ts';
import { passwordAsker } from './ask-password.ts';
import { flowChanges, policyDocuments } from './cluster-documents.ts';
import { type ClusterOptions, type ClusterSelection, selectRecipesOrCluster } from './cluster-selection.ts';
import type { Selection } from './image-selection.ts';
import { matrixPicture } from './policy-page/matrix-picture.ts';
import { givenPublicKeys } from './public-keys-option.ts';
import { builtImages, releasableImages, requireReleasableSources } from './releasable-images.ts';
import { releasePage } from './release-page/page.ts';
import { type PlanOutputs, type PlanRun, runPlan } from './run-plan.ts';
import type { Terminal } from './terminal.ts';
import { vendorFolder } from './vendor-folder.ts';
import { builderVersion, cacheFolder } from './workspace.ts';

export interface ReleaseOptions extends ClusterOptions {
  /** Absolute paths. */
  readonly out: string;
  readonly key: string;
  readonly passwordFile?: string;
  readonly since?: string;
  /** Public keys whose signatures count on the release of `since`; none: that of `key`. */
  readonly pub?: readonly string[];
  readonly number?: number;
  readonly first?: true;
  readonly version?: string;
  readonly date?: string;
  readonly urlBase?: string;
  readonly xz?: true;
  readonly sources?: true;
  readonly allowDirty?: true;
  readonly cache?: string;
  readonly vendor?: string;
  readonly offline?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

export interface PublishedRelease {
  /** null in a dry run. */
  readonly manifest: ReleaseManifest | null;
  readonly digest: string | null;
  readonly run: PlanRun;
}

/** Builds what is not built, and makes the release folder of it. Everything that can be refused is refused before the first step runs. */
export async function publishRelease(
  terminal: Terminal,
  name: string,
  options: ReleaseOptions,
): Promise<PublishedRelease> {
  refuseExisting(options.out);
  const selection = await select(terminal, name, options);
  const { plan, lock } = selection;
  const cluster = 'cluster' in selection ? selection : null;
  const releaseName = cluster?.cluster.name ?? selection.recipes[0]!.name;
  const here = (path: string): string => resolve(terminal.currentDirectory, path);
  const { signal } = terminal;
  const keys = await givenPublicKeys(terminal, options.pub);
  const since = options.since === undefined ? null : here(options.since);
  const previous = since === null ? null : await readPreviousRelease(since, { keys }, signal);
  const date = options.date === undefined ? lock.date : checkedDate(options.date);
  const facts: ReleaseFacts = {
    name: releaseName,
    kind: cluster === null ? 'recipe' : 'cluster',
    description: cluster?.cluster.description ?? selection.recipes[0]!.description,
    number: releaseNumber(releaseName, options, previous),
    version: options.version === undefined ? date.replaceAll('-', '.') : checkedVersion(options.version),
    date,
    builderVersion: builderVersion(),
    sourceRevision: await sourceRevision(resolve(selection.lockFile, '..'), {
      sourceFolders: sourceFolders(selection),
      allowDirty: options.allowDirty === true,
      signal,
    }),
    lock: await sha256OfFile(selection.lockFile),
    locked: lock.entries,
    urlBase: options.urlBase === undefined ? null : checkedAddress(options.urlBase),
  };
  if (options.sources === true) requireReleasableSources(cluster);
  const images = releasableImages(selection, cluster);
  const flows = cluster === null || previous === null ? null : flowChanges(previous, cluster.policy);
  const signers =
    options.dryRun === true
      ? []
      : [await readSecretKey(options.key, passwordAsker(terminal, options.passwordFile))];
  // A dry run asks for no password, and so has no key to hold it to.
  if (since !== null && keys.length === 0 && signers.length > 0) {
    await requireSignedBy(since, previous!, signers[0]!.publicKey, signal);
  }
  const runOptions = {
    out: options.out,
    cache: cacheFolder(terminal, options.cache),
    vendor: options.vendor === undefined ? null : vendorFolder(terminal, options.vendor),
    offline: options.offline === true,
    dryRun: options.dryRun === true,
    json: options.json === true,
  };
  const { result, run } = await runPlan(terminal, plan, runOptions, async (outputs) =>
    makeRelease({
      facts,
      images: builtImages(selection, images, outputs),
      policy: cluster === null ? {} : policyDocuments(cluster.policy, facts.description),
      previous,
      flows,
      sources: options.sources === true ? await takeSources(terminal, selection, outputs) : [],
      page: (contents) => releasePage(contents, cluster === null ? null : picture(cluster)),
      signers,
      out: options.out,
      signal,
      progress: (line) => say(terminal, options.json === true, line),
    }),
  );
  return { manifest: result, digest: result === null ? null : manifestDigest(result), run };
}

async function select(
  terminal: Terminal,
  name: string,
  options: ReleaseOptions,
): Promise<Selection | ClusterSelection> {
  const packed: readonly PackedFormat[] = options.xz === true ? ['zstd', 'xz'] : ['zstd'];
  const all = { ...options, dense: true, packed } as const;
  return await selectRecipesOrCluster(terminal, [name], all, 'release');
}

/** Fetches and verifies what the images' licences want to come with them. */
async function takeSources(
  terminal: Terminal,
  { plan, lock }: Selection,
  { folder, inputs }: PlanOutputs,
): Promise<{ readonly path: string; readonly file: string }[]> {
  const documents = plan.images.map(async ({ recipe, board, step }) =>
    sbomPackages(await readFile(join(folder(step), `${recipe}-${board}.cdx.json`), 'utf8')),
  );
  const sources = correspondingSources((await Promise.all(documents)).flat(), lock);
  const files = await inputs.ensure(sources, { signal: terminal.signal });
  return sources.map((source, index) => ({ path: sourcePath(source), file: files[index]! }));
}

/** What a build reads beside the lock; a file there that git does not know may be in an image. */
function sourceFolders({ recipes }: Selection): string[] {
  return [...new Set([...recipes.map(({ directory }) => directory)])].sort();
}

function picture({ policy }: ClusterSelection): string {
  return matrixPicture(policyMatrix(policy), `${policy.cluster}: who may reach whom`);
}

function say(terminal: Terminal, json: boolean, line: string): void {
  if (json) terminal.out(JSON.stringify({ event: 'releasing', line }));
  else terminal.note(line);
}

/** @throws BoardsmithError USAGE */
function checkedDate(written: string): string {
  const time = Date.parse(`${written}T00:00:00Z`);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(written) && !Number.isNaN(time);
  if (isDate && new Date(time).toISOString().startsWith(written)) return written;
  throw new BoardsmithError('USAGE', `${written} is no date`, { hint: 'write it as 2026-11-27' });
}

/** @throws BoardsmithError USAGE */
function checkedVersion(written: string): string {
  if (/^[0-9A-Za-z][0-9A-Za-z.+_~-]{0,63}$/.test(written)) return written;
  throw new BoardsmithError('USAGE', `${JSON.stringify(written)} is no version`, {
    hint: 'up to 64 letters, digits, and . + _ ~ -',
  });
}

/** With a slash at its end. @throws BoardsmithError USAGE */
function checkedAddress(written: string): string {
  const isAddress = URL.canParse(written) && /^https?:\/\/[^\s?#]+$/.test(written);
  if (isAddress) return written.replace(/\/*$/, '/');
  throw new BoardsmithError('USAGE', `${written} is no address of a folder on the web`, {
    hint: 'begin it with https://, without ?, # and white space',
  });
}
