import { copyFile, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { type Finding, judgeMessages, judgeMetafile } from './bundle-judgement.ts';
import { bundledPackages } from './bundled-packages.ts';
import type { ComponentLicence } from './component-licence.ts';
import { npmEntry, type PackageProgram } from './npm-entry.ts';
import { runEsbuild } from './run-esbuild.ts';
import type { Runtime } from './runtime.ts';

export interface BundleOptions {
  /** Folder of the unpacked npm package of esbuild's program (it holds `package/bin/esbuild`). */
  readonly esbuild: string;
  /** The daemon: a file among `sources`, or a program of a published package. */
  readonly entry:
    | { readonly kind: 'source'; readonly path: string }
    | ({ readonly kind: 'npm' } & PackageProgram);
  /** The recipe's own files: a folder and what of it may be read. Null for a published daemon. */
  readonly sources: {
    readonly root: string;
    readonly files: readonly string[];
    /** How messages call the folder: `recipes/cxo`. */
    readonly name: string;
  } | null;
  /** Folder with the npm packages below its `node_modules`; null for none. */
  readonly packages: string | null;
  /** What will run it. */
  readonly runtime: Pick<Runtime, 'title' | 'builtins' | 'ownModules'>;
  /** An empty folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

export interface Bundle {
  /** One CommonJS module that needs nothing but its runtime. */
  readonly code: string;
  /** The npm packages that are in it. */
  readonly packages: readonly ComponentLicence[];
  /** What may not work if a package comes to it: `file:line:column: …`. */
  readonly notes: readonly string[];
}

const publishedHint =
  'a recipe of your own with a package.json and a small daemon.ts can use the package in another way: boardsmith new NAME';

/**
 * Bundles a daemon with all that it imports. The same bytes in any folder. It sees nothing but the files that it is given.
 * @throws BoardsmithError STEP_FAILED with all that cannot work in an image, as `file:line:column: what is wrong, and what to do`:
 * unresolved imports, native addons, files from elsewhere, modules that the runtime does not have, await outside of functions, import.meta, and in
 * the recipe's own sources imports by a computed name and eval. Not seen are workers and child processes from files: an image has no file that they
 * could start. INTERRUPTED
 */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { entry, sources, runtime, scratch, signal } = options;
  const app = join(scratch, 'app');
  await layOut(app, options);
  const entryPoint = entry.kind === 'source' ? entry.path : await npmEntry(app, entry);
  const program = join(options.esbuild, 'package/bin/esbuild');
  const { messages, result } = await runEsbuild(program, {
    scratch,
    entry: entryPoint,
    externals: runtime.ownModules,
    signal,
  });
  const judgements = [judgeMessages(messages)];
  if (result !== null) judgements.push(await judgeMetafile(app, result.metafile, runtime));
  const refused = judgements.flatMap((judgement) => judgement.refused);
  const written = (findings: readonly Finding[]): string[] => writeFindings(findings, sources?.name ?? '');
  if (refused.length > 0 || result === null) {
    const name = entry.kind === 'source' ? entry.path : entry.package;
    throw new BoardsmithError('STEP_FAILED', `${name} cannot be bundled for an image`, {
      problems: written(refused),
      hint:
        entry.kind === 'npm'
          ? publishedHint
          : 'mend the lines that are named, and run the same command again',
    });
  }
  return {
    // Only a file that is run directly may begin so.
    code: result.code.replace(/^#!.*\n/, ''),
    packages: await bundledPackages(app, result.metafile),
    notes: written(judgements.flatMap(({ notes }) => notes)),
  };
}

/** A folder with the sources and nothing else, and a link to the packages. */
async function layOut(app: string, { sources, packages }: BundleOptions): Promise<void> {
  await mkdir(app, { recursive: true });
  for (const file of sources?.files ?? []) {
    await mkdir(dirname(join(app, file)), { recursive: true });
    await copyFile(join(sources!.root, file), join(app, file));
  }
  // esbuild looks upwards for one; here it ends.
  if (!sources?.files.includes('package.json')) await writeFile(join(app, 'package.json'), '{}');
  const modules = packages === null ? null : join(packages, 'node_modules');
  if (modules !== null && (await stat(modules).catch(() => null)) !== null) {
    await symlink(modules, join(app, 'node_modules'));
  }
}

/** Sorted by file and line, each once. */
function writeFindings(findings: readonly Finding[], sourcesName: string): string[] {
  const inOrder = findings.toSorted(
    (a, b) =>
      compare(a.place?.file ?? '', b.place?.file ?? '') ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
  const lines = inOrder.map(({ place, text }) => {
    if (place === null) return text;
    const file = place.file.startsWith('node_modules/') ? place.file : join(sourcesName, place.file);
    return `${file}:${place.line}:${place.column}: ${text}`;
  });
  return [...new Set(lines)];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
