import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean } from '../../builder/recipe/did-you-mean.ts';
import {
  durationPattern,
  formatSize,
  meantQuantity,
  parseDuration,
  parseSize,
  sizePattern,
} from '../../builder/recipe/quantity.ts';

const test = suite('quantities and suggestions');

test('sizes and durations', () => {
  assert.is(parseSize('1 KiB'), 1024);
  assert.is(parseSize('64 MiB'), 64 * 1024 * 1024);
  assert.is(parseSize('999999999 GiB'), 999999999 * 2 ** 30);
  assert.is(parseDuration('90 s'), 90);
  assert.is(parseDuration('2 min'), 120);
});

test('nothing but a whole number, one space and a unit', () => {
  for (const text of [
    '64MiB',
    '64  MiB',
    ' 64 MiB',
    '64 MB',
    '64 M',
    '0 MiB',
    '064 MiB',
    '-1 MiB',
    '1.5 GiB',
    '64',
    '',
    '1e3 MiB',
    '64 MiB\n',
  ]) {
    assert.not.ok(new RegExp(sizePattern, 'u').test(text), JSON.stringify(text));
  }
  for (const text of ['10', '10s', '10 sec', '10 ms', '0 s', '1 h', '1 m', '10 S']) {
    assert.not.ok(new RegExp(durationPattern, 'u').test(text), JSON.stringify(text));
  }
});

test('what is not in the strict form is refused, not guessed', () => {
  assert.throws(() => parseSize('64 MB'), RangeError);
  assert.throws(() => parseDuration('10 MiB'), RangeError);
});

test('but a suggestion is made where the meaning is clear', () => {
  assert.equal(['64MB', '64 mib', '064 MiB', '2g', '8K', '10sec', '2 minutes'].map(meantQuantity), [
    '64 MiB',
    '64 MiB',
    '64 MiB',
    '2 GiB',
    '8 KiB',
    '10 s',
    '2 min',
  ]);
  assert.equal(['2m', '1.5 GiB', '64', 'x', '1 TB'].map(meantQuantity), [null, null, null, null, null]);
});

test('sizes as people write them', () => {
  assert.equal([1024, 2 ** 20, 3 * 2 ** 30, 1025, 65537 * 1024].map(formatSize), [
    '1 KiB',
    '1 MiB',
    '3 GiB',
    '1025 bytes',
    '65537 KiB',
  ]);
});

test('a near word is suggested, a far one is not', () => {
  const known = ['memory', 'health', 'bin', 'data'];
  assert.is(didYouMean('memroy', known), 'memory');
  assert.is(didYouMean('Memory', known), 'memory');
  assert.is(didYouMean('helth', known), 'health');
  assert.is(didYouMean('bn', known), 'bin');
  assert.is(didYouMean('image', known), null);
  assert.is(didYouMean('x', known), null);
});

test.run();
