import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatSerialRange,
  isSerial,
  numberInRange,
  parseSerialRange,
  serialAt,
  serialCount,
} from '../../builder/identity/serial-range.ts';

const test = suite('ranges of serials');

const acme = { prefix: 'ACME-', digits: 6, first: 1, last: 500 };

test('a range is read and written', () => {
  assert.equal(parseSerialRange('ACME-000001..ACME-000500'), acme);
  assert.is(formatSerialRange(acme), 'ACME-000001..ACME-000500');
  assert.equal(parseSerialRange('7..7'), { prefix: '', digits: 1, first: 7, last: 7 });
  assert.is(serialCount(acme), 500);
});

test('serials of a range', () => {
  assert.is(serialAt(acme, 17), 'ACME-000017');
  assert.throws(() => serialAt(acme, 501), /not from 1 to 500/);
  assert.throws(() => serialAt(acme, 1.5), /not from 1 to 500/);
});

test('what lies in a range', () => {
  assert.is(numberInRange(acme, 'ACME-000001'), 1);
  assert.is(numberInRange(acme, 'ACME-000500'), 500);
  for (const other of [
    'ACME-000000',
    'ACME-000501',
    'ACME-00017',
    'ACMF-000017',
    'ACME-000017 ',
    '000017',
    '',
  ]) {
    assert.is(numberInRange(acme, other), null, other);
  }
});

test('a serial is taken apart in one way only', () => {
  assert.ok(isSerial('X-123456789'));
  assert.not.ok(isSerial('X-1234567890'), 'its prefix would end in a digit');
  assert.ok(isSerial('2026-11-000001'));
  assert.ok(isSerial(`${'A'.repeat(24)}1`));
  assert.not.ok(isSerial(`${'A'.repeat(25)}1`));
  assert.not.ok(isSerial('ACME-1\n'));
});

test.run();
