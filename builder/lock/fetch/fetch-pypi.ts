import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipEnvironment } from '../clients/pip-environment.ts';
import { runClient } from '../clients/run-client.ts';
import { pipFaults } from './client-faults.ts';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';
import { judgeClient } from './judge-client.ts';

/** Fetches a wheel. With a sha256, pip takes no file but that one. */
export async function fetchPypi(
  wanted: {
    readonly name: string;
    readonly version: string;
    readonly platform: string;
    readonly sha256?: string;
  },
  context: FetchContext,
): Promise<FetchOutcome> {
  const { scratch, signal } = context;
  const folder = join(scratch, 'file');
  await mkdir(folder);
  const hash = wanted.sha256 === undefined ? '' : ` --hash=sha256:${wanted.sha256}`;
  const requirements = join(scratch, 'requirements.txt');
  await writeFile(requirements, `${wanted.name}==${wanted.version}${hash}\n`);
  const environment = await pipEnvironment(context.environment, scratch, signal);
  const what = ['--no-deps', '--only-binary=:all:', '--platform', wanted.platform, '--dest', folder];
  const how = ['--no-cache-dir', '--retries', '0', '--timeout', '60', '-vv', '--progress-bar', 'off'];
  const result = await runClient('pip3', ['download', ...what, ...how, '--requirement', requirements], {
    environment,
    directory: scratch,
    signal,
  });
  return await judgeClient(result, folder, pipFaults);
}
