import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { npmEnvironment } from '../clients/npm-environment.ts';
import { runClient } from '../clients/run-client.ts';
import { faultOf, npmFaults } from '../fetch/client-faults.ts';
import { entryId, type InputRequest, type NpmLockEntry } from '../lock-format.ts';
import { sha512Integrity } from './integrity.ts';
import { pinTarball, resolveNpmTarball } from './npm-tarball.ts';
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
  const items = new Map(packages.map((item) => [`${item.name}@${item.version}`, item]));
  const together = await pinTogether(
    [...items.values()].filter((item) => knownPin(item, context) === null),
    context,
  );
  const pinned = await Promise.all(
    [...items].map(async ([id, item]) => together.get(id) ?? (await pin(item, context))),
  );
  return {
    entries: pinned,
    places: packages.map(({ path, name, version }) => ({
      path,
      entry: entryId({ kind: 'npm', name, version } as NpmLockEntry),
    })),
  };
}

/** Pins what comes with one start of npm for many. @returns pins by name and version, as far as they came */
async function pinTogether(
  items: readonly LockedPackage[],
  { store, signal, progress }: ResolveContext,
): Promise<ReadonlyMap<string, NpmLockEntry>> {
  const pinned = new Map<string, NpmLockEntry>();
  if (items.length < 2) return pinned;
  progress(`fetching ${items.length} npm packages`);
  await store.fetchNpmTogether(items, {
    size: null,
    signal,
    use: async (file) => {
      const integrity = await sha512Integrity(file);
      const item = items.find((one) => one.integrity.split(/\s+/).includes(integrity));
      // Another hash is in the file, or it is not what it says: alone it is held to that.
      if (item === undefined) return;
      const { name, version } = item;
      const entry = await pinTarball({ name, version }, file, { store, signal });
      pinned.set(`${name}@${version}`, entry);
    },
  });
  return pinned;
}

async function pin(item: LockedPackage, context: ResolveContext): Promise<NpmLockEntry> {
  return knownPin(item, context) ?? (await resolveNpmTarball(item, context));
}

/** The pin that there is, if it is of the same integrity: that is the same tarball, and there is no need to fetch it again. */
function knownPin(item: LockedPackage, context: ResolveContext): NpmLockEntry | null {
  const known = context.known(`npm:${item.name}@${item.version}`);
  return known?.kind === 'npm' && item.integrity.split(/\s+/).includes(known.integrity) ? known : null;
}
