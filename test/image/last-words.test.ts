import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lastWordsNode, withLastWords } from '../../builder/image/last-words.ts';

const memory = { address: 0x58000000, size: 128 << 10 };

test('the node is what the driver reads, in the cells of its tree', () => {
  assert.equal(lastWordsNode(memory, { address: 1, size: 1 }), {
    name: 'ramoops@58000000',
    properties: {
      compatible: 'ramoops',
      reg: [0x58000000, 0x20000],
      'record-size': [0x8000],
      'console-size': [0x8000],
      'pmsg-size': [0x8000],
      'ecc-size': [16],
      'max-reason': [1],
    },
  });
  assert.equal(lastWordsNode(memory, { address: 2, size: 2 }).properties.reg, [0, 0x58000000, 0, 0x20000]);
  const high = { address: 0x2_4000_0000, size: 64 << 10 };
  assert.equal(lastWordsNode(high, { address: 2, size: 1 }).properties.reg, [2, 0x40000000, 0x10000]);
});

test('an environment without it is as it was', () => {
  const environment = { bootcmd: 'bootflow scan', a: 'b' };
  assert.equal(withLastWords(environment, null), environment);
});

test('the boot loader writes it into the device tree, and boots whatever comes of that', () => {
  const { last_words: commands, ...others } = withLastWords({ bootcmd: 'bootflow scan', a: 'b' }, memory);
  assert.equal(others, { bootcmd: 'run last_words; bootflow scan', a: 'b' });
  assert.equal(commands!.split('; '), [
    'fdt addr $fdt_addr',
    'fdt resize 1000',
    'fdt mknode / reserved-memory',
    'fdt set /reserved-memory "#address-cells" <0x2>',
    'fdt set /reserved-memory "#size-cells" <0x2>',
    'fdt set /reserved-memory ranges',
    'fdt mknode /reserved-memory ramoops@58000000',
    'fdt set /reserved-memory/ramoops@58000000 compatible ramoops',
    'fdt set /reserved-memory/ramoops@58000000 reg <0x0 0x58000000 0x0 0x20000>',
    'fdt set /reserved-memory/ramoops@58000000 record-size <0x8000>',
    'fdt set /reserved-memory/ramoops@58000000 console-size <0x8000>',
    'fdt set /reserved-memory/ramoops@58000000 pmsg-size <0x8000>',
    'fdt set /reserved-memory/ramoops@58000000 ecc-size <0x10>',
    'fdt set /reserved-memory/ramoops@58000000 max-reason <0x1>',
  ]);
});

test.run();
