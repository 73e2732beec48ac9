import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { extlinuxConfiguration } from '../../builder/image/extlinux.ts';

const options = {
  label: 'cxo-qemu-virt',
  kernel: '/kernel',
  initramfs: '/initramfs.zst',
  deviceTree: null,
  commandLine: ['console=ttyAMA0,115200', 'panic=5'],
};

test('names kernel, initramfs and command line', () => {
  assert.is(
    extlinuxConfiguration(options),
    [
      'default cxo-qemu-virt',
      'label cxo-qemu-virt',
      '  kernel /kernel',
      '  initrd /initramfs.zst',
      '  append console=ttyAMA0,115200 panic=5',
      '',
    ].join('\n'),
  );
});

test('names a device tree where there is one', () => {
  assert.match(
    extlinuxConfiguration({ ...options, deviceTree: '/device-tree.dtb' }),
    /^ {2}fdt \/device-tree\.dtb$/m,
  );
});

for (const bad of ['panic=5\ninit=/bin/sh', 'a b', 'a\tb', 'a\0b']) {
  test(`refuses ${JSON.stringify(bad)} as an argument and as a path`, () => {
    assert.throws(
      () => extlinuxConfiguration({ ...options, commandLine: [bad] }),
      /extlinux\.conf cannot hold/,
    );
    assert.throws(() => extlinuxConfiguration({ ...options, kernel: bad }), /extlinux\.conf cannot hold/);
    assert.throws(() => extlinuxConfiguration({ ...options, deviceTree: bad }), /extlinux\.conf cannot hold/);
  });
}

test.run();
