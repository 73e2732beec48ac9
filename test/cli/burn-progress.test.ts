import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BurnEvent } from '../../builder/burn/burn-event.ts';
import { burnProgress } from '../../builder/cli/burn/burn-progress.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';

const test = suite('how far cards are, in a log');
type Progress = Extract<BurnEvent, { event: 'progress' }>;

const of = { card: '/dev/sdb', unit: 'ACME-000001' };

/** What a log says of a phase that is told of so often, in the rounds that it has. */
function said(phase: Progress['phase'], ...rounds: readonly number[]): string[] {
  const terminal = capturedTerminal({ currentDirectory: '/' });
  const progress = burnProgress(terminal, false, 1);
  for (const total of rounds) {
    for (let bytes = 0; bytes <= total; bytes += total / 16) {
      progress.observe({ event: 'progress', ...of, phase, bytes, total, bytesPerSecond: bytes });
    }
  }
  return terminal.noteLines;
}

test('a long phase says its quarters, with a speed', () => {
  const mebibyte = 1 << 20;
  assert.equal(said('write', 16 * mebibyte), [
    '/dev/sdb ACME-000001: writing 0 %',
    '/dev/sdb ACME-000001: writing 25 %, 4.0 MiB/s',
    '/dev/sdb ACME-000001: writing 50 %, 8.0 MiB/s',
    '/dev/sdb ACME-000001: writing 75 %, 12.0 MiB/s',
    '/dev/sdb ACME-000001: writing 100 %, 16.0 MiB/s',
  ]);
});

test('a probe has a speed too', () => {
  assert.is(said('probe', 4 << 20).at(-1), '/dev/sdb ACME-000001: trying its size 100 %, 4.0 MiB/s');
});

test('phases of a few MiB say that they began, once for all their rounds', () => {
  assert.equal(said('prepare', 32), ['/dev/sdb ACME-000001: taking away what was on it']);
  assert.equal(said('finish', 32, 64, 16), ['/dev/sdb ACME-000001: tables and boot loader']);
});

test.run();
