import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { timeoutScale } from '../../qemu/speed.ts';

const test = suite('the factor for timeouts');

test('a machine as fast as the reference, or faster, gets no shorter timeouts', () => {
  assert.is(
    timeoutScale({}, () => 0.001),
    1,
  );
  assert.is(
    timeoutScale({}, () => 24),
    1,
  );
});

test('a slower machine gets longer ones, within reason', () => {
  const scale = timeoutScale({}, () => 240);
  assert.ok(scale > 5 && scale < 20, String(scale));
  assert.is(
    timeoutScale({}, () => 1e9),
    20,
  );
});

test('the measurement itself gives a usable number', () => {
  const scale = timeoutScale({});
  assert.ok(scale >= 1 && scale <= 20, String(scale));
});

test('BOARDSMITH_TIMEOUT_SCALE overrides it and must be a positive number', () => {
  const measure = (): number => {
    throw new Error('measured');
  };
  assert.is(timeoutScale({ BOARDSMITH_TIMEOUT_SCALE: '2.5' }, measure), 2.5);
  assert.is(
    timeoutScale({ BOARDSMITH_TIMEOUT_SCALE: '' }, () => 1),
    1,
  );
  for (const bad of ['0', '-1', 'fast', 'Infinity', 'NaN']) {
    assert.throws(
      () => timeoutScale({ BOARDSMITH_TIMEOUT_SCALE: bad }),
      (error: unknown) => error instanceof BoardsmithError && error.code === 'USAGE',
      bad,
    );
  }
});

test.run();
