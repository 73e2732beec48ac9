import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { aptEnvironment } from '../clients/apt-environment.ts';
import { runClient } from '../clients/run-client.ts';
import type { DebianEntry } from '../lock-format.ts';
import { aptFaults } from './client-faults.ts';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';
import { judgeClient } from './judge-client.ts';

/** Fetches a package from the pool with apt's own downloader. Its bytes are not checked here. */
export async function fetchDebian(entry: DebianEntry, context: FetchContext): Promise<FetchOutcome> {
  const { scratch, signal } = context;
  const mirrors = await context.mirrors();
  const environment = await aptEnvironment(context.environment, join(scratch, 'apt'), signal);
  const folder = join(scratch, 'file');
  await mkdir(folder);
  const base = entry.suite.endsWith('-security') ? (mirrors.security ?? mirrors.main) : mirrors.main;
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const settings = [
    '-o',
    'Acquire::Retries=0',
    '-o',
    'Acquire::http::Timeout=60',
    '-o',
    'Acquire::https::Timeout=60',
  ];
  const result = await runClient(
    '/usr/lib/apt/apt-helper',
    [...settings, 'download-file', `${base}/${path}`, join(folder, 'package.deb')],
    { environment, directory: scratch, signal },
  );
  return await judgeClient(result, folder, aptFaults);
}
