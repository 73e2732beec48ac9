import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSuiteOutcome, remarks } from '../support/suite-outcome.ts';

const test = suite('suite outcome');
const totals = (total: number, passed: number, skipped = 0): string =>
  `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1ms\n`;

test('counts what passed, failed and was skipped', () => {
  assert.equal(readSuiteOutcome('f', totals(5, 3, 1), 1), { file: 'f', passed: 3, failed: 2, skipped: 1 });
});

test('a crash after good totals is a failure', () => {
  assert.is(readSuiteOutcome('f', totals(5, 5), null).failed, 1);
});

test('no totals, or nothing that ran, is a failure', () => {
  assert.is(readSuiteOutcome('f', 'Cannot find module', 1).failed, 1);
  assert.is(readSuiteOutcome('f', totals(0, 0), 0).failed, 1);
});

test('a suite of which all is skipped has not failed', () => {
  assert.is(readSuiteOutcome('f', totals(0, 0, 3), 0).failed, 0);
});

test('what a person must see of a suite that passed: each once', () => {
  assert.equal(remarks('SKIP a: no KVM\n • •\nNOTE renewed: musl\nNOTE renewed: musl\nnote\n'), [
    'SKIP a: no KVM',
    'NOTE renewed: musl',
  ]);
});

test.run();
