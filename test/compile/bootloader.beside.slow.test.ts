import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builtStep } from '../support/built-step.ts';

const test = suite('a boot loader that is compiled');

test('orangepi-prime: its boot loader knows the card alone, has no prompt and keeps no environment', async () => {
  const folder = await builtStep({ board: 'orangepi-prime', kind: 'built-bootloader' });
  const text = readFileSync(join(folder, 'bootloader.bin'), 'latin1');
  const environment = /bootcmd=[^\0]*\0[\s\S]*?\0\0/.exec(text)![0].split('\0');
  assert.ok(environment.includes('bootcmd=bootflow scan -lb; reset'));
  assert.ok(environment.includes('bootdelay=-2'));
  assert.ok(environment.includes('preboot=setenv stdin nulldev'));
  for (const absent of ['tftp', 'bootcmd_pxe', 'usb_boot', 'Hit any key'])
    assert.not.ok(text.includes(absent), absent);
});

test.run();
