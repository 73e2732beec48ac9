import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Journal } from '../../../builder/burn/write/journal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('two slots of one reader, which says the same of both cards, write at the same time: neither is disturbed, no draft is left', async () => {
  const folder = join(temporaryFolder('journal'), 'begun');
  const image = 'a'.repeat(64);
  const slots = ['1', '2'].map((digit) => ({
    journal: new Journal(folder, 'Generic STORAGE DEVICE 1206', image),
    attempt: digit.repeat(32),
  }));
  for (let transfers = 1; transfers <= 20; transfers += 1) {
    await Promise.all(
      slots.map(({ journal, attempt }) => journal.write({ image, attempt, transfers, probed: true })),
    );
  }
  const entry = await slots[0]!.journal.read();
  assert.is(entry?.transfers, 20);
  assert.is(readdirSync(folder).length, 1);
});

test.run();
