import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { builtStep } from '../support/built-step.ts';
import { type DeviceTreeNode, nodeAt, numberOf, readDeviceTree, textOf } from '../support/device-tree.ts';

const board = 'pine64-plus';
const read = async (kind: string): Promise<DeviceTreeNode> =>
  readDeviceTree(await readFile(join(await builtStep({ board, kind }), 'device-tree.dtb')));

test("memory for last words is in the board's device tree, and all else is as the kernel has it", async () => {
  const own = await read('packaged-kernel');
  const tree = await read('device-tree');
  assert.is(numberOf(own, '#address-cells'), 1);
  const reserved = nodeAt(tree, '/reserved-memory');
  assert.equal(
    [...reserved.properties].map(([name, value]) => [name, value.toString('hex')]),
    // The last one that was written stands first.
    [
      ['ranges', ''],
      ['#size-cells', '00000001'],
      ['#address-cells', '00000001'],
    ],
  );
  assert.equal([...reserved.children.keys()], ['ramoops@58000000']);
  const memory = nodeAt(reserved, '/ramoops@58000000');
  assert.is(textOf(memory, 'compatible'), 'ramoops');
  assert.is(memory.properties.get('reg')?.toString('hex'), '5800000000020000');
  assert.is(numberOf(memory, 'record-size'), 0x8000);
  assert.is(numberOf(memory, 'console-size'), 0x8000);
  assert.is(numberOf(memory, 'pmsg-size'), 0x8000);
  assert.is(numberOf(memory, 'ecc-size'), 16);
  assert.is(numberOf(memory, 'max-reason'), 1);
  assert.equal(tree.properties, own.properties);
  assert.equal(
    [...tree.children].filter(([name]) => name !== 'reserved-memory').sort(),
    [...own.children].sort(),
  );
});

test.run();
