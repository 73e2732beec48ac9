import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeClient } from '../../qemu/probe/probe-client.ts';

interface Recording {
  readonly pid: number;
  readonly answers: Readonly<Record<string, readonly [errno: number, content: string]>>;
}

/**
 * A probe that answers as the one in a real guest did (test/fixtures/qemu/guest.json), but for some changes.
 * @param changes request → content, or errno; null forgets the request
 */
export function recordedGuest(changes: Readonly<Record<string, string | number | null>> = {}): ProbeClient {
  const file = join(import.meta.dirname, '../fixtures/qemu/guest.json');
  const { pid, answers } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const ask: ProbeClient['ask'] = async (request) => {
    const change = changes[request];
    if (typeof change === 'number') return { errno: change, content: Buffer.alloc(0) };
    const [errno, content] =
      change === undefined ? (answers[request] ?? [2, '']) : change === null ? [2, ''] : [0, change];
    return { errno, content: Buffer.from(content) };
  };
  return {
    pid,
    ask,
    async readText(path) {
      const { errno, content } = await ask(`r ${path}`);
      return errno === 0 ? content.toString() : null;
    },
    close() {},
  };
}
