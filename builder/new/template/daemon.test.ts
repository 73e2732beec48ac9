import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('daemon.ts', import.meta.url));

test('counts, and remembers its count over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'appliance-name-'));
  try {
    for (const expected of ['1\n', '2\n']) {
      const daemon = await start(folder);
      assert.equal(await (await fetch(`${daemon.address}/health`)).text(), 'ok\n');
      assert.equal(await (await fetch(`${daemon.address}/count`, { method: 'POST' })).text(), expected);
      assert.equal(await (await fetch(`${daemon.address}/count`)).text(), expected);
      assert.equal((await fetch(`${daemon.address}/other`)).status, 404);
      assert.equal(await daemon.stop(), 0);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Starts the daemon on a free port, as init would: it has descriptor 3 to say that it is ready. */
async function start(folder: string): Promise<{ address: string; stop(): Promise<number> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, DATA_FOLDER: folder, PORT: '0', BOARDSMITH_READY_FD: '3' },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(child.stdout!, 'data'),
    ended.then(() => Promise.reject(new Error('the daemon ended'))),
  ]);
  assert.equal(await text(child.stdio[3] as Readable), 'ready\n');
  return {
    address: `http://127.0.0.1:${/port (\d+)/.exec(String(line))?.[1]}`,
    async stop() {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}
