import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmEnvironment } from '../clients/npm-environment.ts';
import { runClient } from '../clients/run-client.ts';
import type { FetchContext } from './fetch-outcome.ts';

/** How many tarballs one start of npm fetches: starting takes it a second, and it fetches one after the other. */
export const npmBatch = 32;

/**
 * Fetches the tarballs of exact versions with one start of npm, which holds each to the integrity that the registry states. npm ends at the
 * first that it cannot have and does not say of which file it speaks: what is missing here is to be fetched alone, and that says why.
 * @returns the files that came, in no order; what each is, its bytes must tell
 */
export async function fetchNpmTogether(
  wanted: readonly { readonly name: string; readonly version: string }[],
  context: FetchContext,
): Promise<string[]> {
  const folder = join(context.scratch, 'files');
  await mkdir(folder);
  // npm takes settings from the nearest package.json's folder upwards.
  await writeFile(join(context.scratch, 'package.json'), '{}');
  const names = wanted.map(({ name, version }) => `${name}@${version}`);
  await runClient('npm', ['pack', ...names, '--pack-destination', folder, '--loglevel', 'error'], {
    environment: npmEnvironment(context.environment, context.scratch),
    directory: context.scratch,
    signal: context.signal,
  });
  return (await readdir(folder)).map((name) => join(folder, name));
}
