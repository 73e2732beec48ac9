import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmEnvironment } from '../clients/npm-environment.ts';
import { runClient } from '../clients/run-client.ts';
import { npmFaults } from './client-faults.ts';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';
import { judgeClient } from './judge-client.ts';

/** Fetches the tarball of an exact version; npm holds it to the integrity that the registry states. */
export async function fetchNpm(
  entry: { readonly name: string; readonly version: string },
  context: FetchContext,
): Promise<FetchOutcome> {
  const folder = join(context.scratch, 'file');
  await mkdir(folder);
  // npm takes settings from the nearest package.json's folder upwards.
  await writeFile(join(context.scratch, 'package.json'), '{}');
  const result = await runClient(
    'npm',
    ['pack', `${entry.name}@${entry.version}`, '--pack-destination', folder, '--loglevel', 'error'],
    {
      environment: npmEnvironment(context.environment, context.scratch),
      directory: context.scratch,
      signal: context.signal,
    },
  );
  return await judgeClient(result, folder, npmFaults);
}
