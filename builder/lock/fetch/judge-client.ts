import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientResult } from '../clients/run-client.ts';
import { type FaultWords, faultOf } from './client-faults.ts';
import type { FetchOutcome } from './fetch-outcome.ts';

/** The one file that a client put into `folder`, or why it put none there. */
export async function judgeClient(
  result: ClientResult,
  folder: string,
  words: FaultWords,
): Promise<FetchOutcome> {
  const names = await readdir(folder);
  if (result.ok && names.length === 1) return { ok: true, file: join(folder, names[0]!) };
  const messages = `${result.stderr}\n${result.stdout}`;
  return { ok: false, reason: faultOf(messages, words), detail: tellingLines(messages, words) };
}

function tellingLines(messages: string, words: FaultWords): string {
  const lines = messages.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => words.telling.test(line));
  return (telling.length > 0 ? telling : lines)
    .slice(0, 8)
    .map((line) => line.trim())
    .join('\n');
}
