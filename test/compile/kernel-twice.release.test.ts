import { suite } from 'uvu';
import { assertSameTwice } from '../support/twice-built.ts';

const test = suite('a kernel that is built twice');

test('is the same, bit for bit, compiled anew in another folder without a tool of this machine', async () => {
  await assertSameTwice('qemu-virt-hardened', 'built-kernel', /\.dtb$|^(kernel|System\.map|config)$/);
});

test.run();
