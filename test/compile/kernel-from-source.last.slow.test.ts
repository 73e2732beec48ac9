import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('a kernel that is built from source');

const board = 'qemu-virt-hardened';
const image = await buildTestImage({ recipe: 'recipes/cxo', board });

test('boots an appliance, lies at a random address, and powers off by the power key', async () => {
  const lines: string[] = [];
  const report = await bootAndCheck(image, { onLine: (line) => lines.push(line) });
  assert.is(report.health?.status, 200);
  assert.not.ok(lines.some((line) => /KASLR disabled/.test(line)));
});

test('and the check fails for a machine that gives it no seed', async () => {
  // U-Boot makes a seed itself where it finds a generator of random numbers.
  const machine = {
    ...image.machine,
    machine: `${image.machine.machine},dtb-randomness=off`,
    devices: image.machine.devices.filter((device) => !device.startsWith('virtio-rng')),
  };
  try {
    await bootAndCheck({ ...image, machine });
    assert.unreachable('it passed');
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'BOOT_FAILED');
    assert.is(((error as BoardsmithError).cause as { kind: string }).kind, 'no-kaslr');
  }
});

test.run();
