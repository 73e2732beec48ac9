import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const daemon = fileURLToPath(new URL('daemon.ts', import.meta.url));
const base = 'http://127.0.0.1:18080';

test('counts, and remembers its count over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'appliance-name-'));
  try {
    for (const expected of ['1\n', '2\n']) {
      const stop = await start(folder);
      assert.equal(await (await fetch(`${base}/health`)).text(), 'ok\n');
      assert.equal(await (await fetch(`${base}/count`, { method: 'POST' })).text(), expected);
      await stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Starts the daemon and waits until it says that it listens. */
async function start(folder: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['--import', 'tsx', daemon], {
    env: { ...process.env, DATA_FOLDER: folder, PORT: '18080' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => reject(new Error('the daemon ended')));
  });
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}
