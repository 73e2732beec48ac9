import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientResult } from '../clients/run-client.ts';
import { isCorrupt, isGone, isPassingFault } from './client-faults.ts';
import type { FetchOutcome } from './fetch-outcome.ts';

/** The one file that a client put into `folder`, or why it put none there. */
export async function judgeClient(result: ClientResult, folder: string): Promise<FetchOutcome> {
  const names = await readdir(folder);
  if (result.ok && names.length === 1) return { ok: true, file: join(folder, names[0]!) };
  const messages = `${result.stderr}\n${result.stdout}`;
  return { ok: false, reason: reasonOf(messages), detail: lastLines(result.stderr || result.stdout) };
}

function reasonOf(messages: string): 'gone' | 'passing' | 'refused' | 'corrupt' {
  if (isCorrupt(messages)) return 'corrupt';
  // pip says that nothing matches also when it could not ask.
  if (isPassingFault(messages)) return 'passing';
  return isGone(messages) ? 'gone' : 'refused';
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-6)
    .join('\n');
}
