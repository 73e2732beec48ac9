import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { aptEnvironment } from '../clients/apt-environment.ts';
import { openwrtMirror } from '../clients/openwrt-sources.ts';
import { runClient } from '../clients/run-client.ts';
import { aptFaults, type FaultWords } from './client-faults.ts';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';
import { judgeClient } from './judge-client.ts';

// A mirror is one host that a person chose. Where it sends us on to was chosen by nobody, so nothing is followed.
const settings = [
  'Acquire::http::AllowRedirect=false',
  'Acquire::https::AllowRedirect=false',
  'Acquire::Retries=0',
  'Acquire::http::Timeout=60',
  'Acquire::https::Timeout=60',
];
/** What apt says of an answer that is a redirection: `302  Found [IP: …]`. */
const redirected = /\s30[1-8]\s+\w/;
const faults: FaultWords = { ...aptFaults, telling: /^(Err:|E: (?!Download Failed))|\s30[1-8]\s+\w/ };

/**
 * Fetches a file of an OpenWrt release from the mirror, with apt's downloader: it reaches the network as this machine is set up to.
 * Its bytes are not checked here.
 * @param path below the mirror's root
 */
export async function fetchOpenwrt(path: string, context: FetchContext): Promise<FetchOutcome> {
  const { scratch, signal } = context;
  const address = `${openwrtMirror(context.environment)}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const environment = await aptEnvironment(context.environment, join(scratch, 'apt'), signal);
  const folder = join(scratch, 'file');
  await mkdir(folder);
  const options = settings.flatMap((setting) => ['-o', setting]);
  const args = [...options, 'download-file', address, join(folder, 'file')];
  const result = await runClient('/usr/lib/apt/apt-helper', args, {
    environment,
    directory: scratch,
    signal,
  });
  const outcome = await judgeClient(result, folder, faults);
  if (outcome.ok || !redirected.test(outcome.detail)) return outcome;
  const detail = `${address} redirects elsewhere, which is not followed: set BOARDSMITH_OPENWRT_MIRROR to a mirror that has the file\n${outcome.detail}`;
  return { ok: false, reason: 'refused', detail };
}
