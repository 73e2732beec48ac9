import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';

/** Clients keep lists, and pip and npm a second copy, beside the file; more than this is a registry that does not stop sending. */
const allowance = 64 * 1024 * 1024;
const intervalMilliseconds = 500;

/** Runs a fetch and stops it when its folder grows far beyond the locked size, so that no registry can fill the disk. */
export async function guardSize<Outcome>(
  context: FetchContext,
  expectedSize: number,
  fetch: (context: FetchContext) => Promise<Outcome>,
): Promise<Outcome | (FetchOutcome & { readonly ok: false })> {
  const limit = 3 * expectedSize + allowance;
  const stop = new AbortController();
  const timer = setInterval(async () => {
    if ((await folderSize(context.scratch)) > limit) stop.abort();
  }, intervalMilliseconds);
  try {
    return await fetch({ ...context, signal: AbortSignal.any([context.signal, stop.signal]) });
  } catch (error) {
    if (!stop.signal.aborted || context.signal.aborted) throw error;
    return {
      ok: false,
      reason: 'corrupt',
      detail: `more than ${limit} bytes came for a file of ${expectedSize}`,
    };
  } finally {
    clearInterval(timer);
  }
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
