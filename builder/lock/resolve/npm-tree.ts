import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { npmEnvironment } from '../clients/npm-environment.ts';
import { runClient } from '../clients/run-client.ts';
import { faultOf, npmFaults } from '../fetch/client-faults.ts';
import { entryId, type InputRequest, type NpmLockEntry } from '../lock-format.ts';
import { resolveNpmTarball } from './npm-tarball.ts';
import { type LockedPackage, readPackageLock } from './package-lock.ts';
import type { Resolution, ResolveContext } from './resolution.ts';

/**
 * A published package with all that it depends on, laid out as npm would: peers included as npm includes them, development packages not.
 * @throws BoardsmithError INPUT_UNAVAILABLE, INPUT_CORRUPT, RECIPE_INVALID if it depends on what is in no registry
 */
export async function resolveNpmTree(
  request: InputRequest & { readonly kind: 'npm-tree' },
  context: ResolveContext,
): Promise<Resolution> {
  const { name, version } = request;
  context.progress(`resolving what ${name} ${version} depends on`);
  const folder = join(
    context.scratch,
    `tree-${createHash('sha256').update(`${name}@${version}`).digest('hex')}`,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: { [name]: version } }));
  const result = await runClient(
    'npm',
    [
      'install',
      '--package-lock-only',
      '--omit=dev',
      '--include=optional',
      '--include=peer',
      '--loglevel=error',
    ],
    { environment: npmEnvironment(context.environment, folder), directory: folder, signal: context.signal },
  );
  if (!result.ok) {
    const gone = faultOf(result.stderr, npmFaults) === 'gone';
    throw new BoardsmithError(
      'INPUT_UNAVAILABLE',
      `cannot resolve ${name}@${version}\n${result.stderr.trim()}`,
      {
        hint: gone
          ? 'correct the name or the version where it is asked for'
          : 'connect this machine to the network and run the same command again',
      },
    );
  }
  const text = await readFile(join(folder, 'package-lock.json'), 'utf8');
  return await pinPackages(text, `${name}@${version}`, context);
}

/**
 * What a recipe's own package-lock.json names.
 * @throws BoardsmithError RECIPE_INVALID (the file has other bytes than the request says, or something that is in no registry), INPUT_UNAVAILABLE, INPUT_CORRUPT
 */
export async function resolveNpmLockfile(
  request: InputRequest & { readonly kind: 'npm-lockfile' },
  context: ResolveContext,
): Promise<Resolution> {
  const bytes = await readFile(request.file);
  if (createHash('sha256').update(bytes).digest('hex') !== request.sha256) {
    throw new BoardsmithError('RECIPE_INVALID', `${request.file} changed while it was read`, {
      hint: 'run the same command again',
    });
  }
  return await pinPackages(bytes.toString('utf8'), request.file, context);
}

async function pinPackages(text: string, source: string, context: ResolveContext): Promise<Resolution> {
  const { packages, problems } = readPackageLock(text, source);
  if (problems.length > 0) {
    throw new BoardsmithError('RECIPE_INVALID', `${source} depends on what cannot be pinned`, {
      problems,
      hint: 'depend on published versions alone, and run: boardsmith lock RECIPE',
    });
  }
  const entries = new Map<string, Promise<NpmLockEntry>>();
  for (const item of packages) {
    const id = `${item.name}@${item.version}`;
    if (!entries.has(id)) entries.set(id, pin(item, context));
  }
  const pinned = await Promise.all(entries.values());
  return {
    entries: pinned,
    places: packages.map(({ path, name, version }) => ({
      path,
      entry: entryId({ kind: 'npm', name, version } as NpmLockEntry),
    })),
  };
}

async function pin(item: LockedPackage, context: ResolveContext): Promise<NpmLockEntry> {
  const known = context.known(`npm:${item.name}@${item.version}`);
  // The same integrity is the same tarball; there is no need to fetch it again.
  if (known?.kind === 'npm' && item.integrity.split(/\s+/).includes(known.integrity)) return known;
  return await resolveNpmTarball(item, context);
}
