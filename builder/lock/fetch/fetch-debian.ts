import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { aptEnvironment } from '../clients/apt-environment.ts';
import type { DebianMirrors } from '../clients/debian-mirrors.ts';
import { runClient } from '../clients/run-client.ts';
import type { DebianEntry, DebianSourceEntry } from '../lock-format.ts';
import { aptFaults } from './client-faults.ts';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';
import { judgeClient } from './judge-client.ts';

// apt's own retries would not be ours to stop and count; its standard timeout is 30 s, short for a slow mirror.
const settings = ['Acquire::Retries=0', 'Acquire::http::Timeout=60', 'Acquire::https::Timeout=60'];

/** Fetches a package, or a tarball of sources, from the pool with apt's own downloader. Its bytes are not checked here. */
export async function fetchDebian(
  entry: DebianEntry | DebianSourceEntry,
  context: FetchContext,
): Promise<FetchOutcome> {
  const { scratch, signal } = context;
  const environment = await aptEnvironment(context.environment, join(scratch, 'apt'), signal);
  const folder = join(scratch, 'file');
  await mkdir(folder);
  let outcome: FetchOutcome | undefined;
  for (const address of addressesOf(entry, await context.mirrors())) {
    const options = settings.flatMap((setting) => ['-o', setting]);
    const args = [...options, 'download-file', address, join(folder, 'package.deb')];
    const call = { environment, directory: scratch, signal };
    outcome = await judgeClient(await runClient('/usr/lib/apt/apt-helper', args, call), folder, aptFaults);
    if (outcome.ok || outcome.reason !== 'gone') break;
  }
  return outcome!;
}

/**
 * Where the file may lie. A security update is taken into the main archive, byte for byte, by the next point release, under the same
 * path less `updates/`.
 */
function addressesOf(entry: DebianEntry | DebianSourceEntry, mirrors: DebianMirrors): string[] {
  const address = (base: string, path: string): string =>
    `${base}/${path.split('/').map(encodeURIComponent).join('/')}`;
  if (!entry.suite.endsWith('-security')) return [address(mirrors.main, entry.path)];
  const taken = address(mirrors.main, entry.path.replace(/^pool\/updates\//, 'pool/'));
  return mirrors.security === null ? [taken] : [address(mirrors.security, entry.path), taken];
}
