import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { burnError, type CardEnd } from '../../builder/burn/burn-end.ts';

const test = suite('how burning ends');
const good: CardEnd = { card: '/dev/sdb', unit: 'ACME-000001', result: 'verified', failure: null };
const stopped: CardEnd = {
  ...good,
  unit: 'ACME-000002',
  result: 'failed',
  failure: { fault: 'stopped', what: 'stopped', offset: null },
};

test('stopped while it waits for a card: none is unfinished', () => {
  for (const ends of [[], [good]]) {
    const error = burnError(ends, true);
    assert.is(error?.code, 'INTERRUPTED');
    assert.match(error!.message, 'are whole');
    assert.not.match(error!.message, 'unfinished');
  }
});

test('stopped in the middle of a card: it is unfinished', () => {
  const error = burnError([good, stopped], true);
  assert.is(error?.code, 'INTERRUPTED');
  assert.match(error!.message, 'marked unfinished');
  assert.equal(error!.problems, ['/dev/sdb (unit ACME-000002): stopped']);
});

test.run();
