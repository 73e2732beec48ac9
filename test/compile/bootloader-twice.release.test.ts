import { suite } from 'uvu';
import { assertSameTwice } from '../support/twice-built.ts';

const test = suite('a boot loader that is built twice');

test('is the same, bit for bit, compiled anew in another folder without a tool of this machine', async () => {
  await assertSameTwice('orangepi-prime', 'built-bootloader', /^(bootloader\.bin|config)$/);
});

test.run();
