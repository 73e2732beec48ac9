import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { RuntimeName } from '../../builder/recipe/runtime-name.ts';
import { type Bundle, type BundleOptions, bundle } from '../../builder/runtime/bundle.ts';
import { runtimes } from '../../builder/runtime/runtimes.ts';
import { installedEsbuild } from './installed-esbuild.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface BundleTrial {
  /** Path → text of the recipe's files; `daemon.ts` is the entry. */
  readonly files?: Readonly<Record<string, string>>;
  /** Path below node_modules → text. */
  readonly packages?: Readonly<Record<string, string>>;
  /** A published daemon instead of `files`. */
  readonly entry?: BundleOptions['entry'];
  /** Where the scratch folder lies; a new one without it. */
  readonly scratch?: string;
  /** Node without it. */
  readonly runtime?: RuntimeName;
}

const esbuild = installedEsbuild();

/** Writes files and packages into folders and bundles them. */
export async function bundleTrial({
  files,
  packages,
  entry,
  scratch,
  runtime = 'node',
}: BundleTrial): Promise<Bundle> {
  return await bundle({
    esbuild,
    entry: entry ?? { kind: 'source', path: 'daemon.ts' },
    sources:
      files === undefined
        ? null
        : { root: folderWith(files), files: Object.keys(files).sort(), name: 'recipes/trial' },
    packages: packages === undefined ? null : folderWith(packages, 'node_modules'),
    runtime: runtimes[runtime],
    scratch: scratch ?? temporaryFolder('bundle'),
    signal: new AbortController().signal,
  });
}

/** Asserts that a bundle is refused. @returns the problems */
export async function refusedBundle(trial: BundleTrial): Promise<readonly string[]> {
  const error = await bundleTrial(trial).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, BoardsmithError, 'it was not refused');
  const refusal = error as BoardsmithError;
  assert.is(refusal.code, 'STEP_FAILED', refusal.message);
  return refusal.problems;
}

function folderWith(files: Readonly<Record<string, string>>, below = ''): string {
  const root = temporaryFolder('files');
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, below, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}
