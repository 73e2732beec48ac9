import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builtStep } from '../support/built-step.ts';

const test = suite('a kernel that is compiled');

test('is under 5 MB, with the device trees of the boards that it is for', async () => {
  const built = await builtStep({ board: 'qemu-virt-hardened', kind: 'built-kernel' });
  const { size } = await stat(join(built, 'kernel'));
  assert.ok(size > 2_000_000 && size < 5_000_000, `${size} bytes`);
  await stat(join(built, 'device-trees/allwinner/sun50i-h5-orangepi-prime.dtb'));
});

test.run();
