import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { verifyAll, writeUntilCut } from './acknowledged-writer.ts';
import { spawnDaemon } from './spawned-daemon.ts';

test('kill -9 in the middle of writes, three times: everything acknowledged is there, nothing else is left', async () => {
  const folder = temporaryFolder('cxo');
  const acknowledged: string[] = [];
  for (const seed of [1, 2, 3]) {
    const daemon = await spawnDaemon({ CXO_DATA: folder });
    assert.equal(readdirSync(join(folder, 'incoming')), []);
    const enough = seed * 20;
    let count = 0;
    const written = await writeUntilCut(daemon.url, {
      signal: AbortSignal.timeout(60_000),
      seed,
      onAcknowledged: () => {
        if (++count === enough) daemon.child.kill('SIGKILL');
      },
    });
    assert.equal(await daemon.ended, { code: null, signal: 'SIGKILL' });
    assert.ok(written.length >= enough);
    acknowledged.push(...written);
  }
  const daemon = await spawnDaemon({ CXO_DATA: folder });
  assert.equal(await verifyAll(daemon.url, acknowledged), {
    intact: acknowledged.length,
    lost: [],
    wrong: [],
  });
  const statistics = (await (await fetch(`${daemon.url}/statistics`)).json()) as Record<string, number>;
  assert.is(statistics.corruptions_found, 0);
  daemon.child.kill('SIGTERM');
  await daemon.ended;
});

test.run();
