import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEventLog } from '../../recipes/cxo/log/event-log.ts';

test('one JSON line an event', () => {
  const lines: string[] = [];
  createEventLog(
    (line) => lines.push(line),
    () => 0,
  )('listening', { port: 1, text: 'a\nb' });
  assert.equal(lines, ['{"time":"1970-01-01T00:00:00.000Z","event":"listening","port":1,"text":"a\\nb"}\n']);
});

test('long texts are cut', () => {
  const lines: string[] = [];
  createEventLog((line) => lines.push(line))('request', { path: 'x'.repeat(100_000) });
  assert.ok(lines[0]!.length < 500);
});

test('a flood becomes a number, and a clock that jumps does not silence the log', () => {
  const lines: string[] = [];
  let time = 1_000_000;
  const log = createEventLog(
    (line) => lines.push(line),
    () => time,
  );
  for (let count = 0; count < 1000; count++) log('flood');
  assert.is(lines.length, 40);
  time += 1000;
  log('after');
  assert.is((JSON.parse(lines[40]!) as { suppressed: number }).suppressed, 960);
  time -= 900_000;
  for (let count = 0; count < 9; count++) log('back in time');
  assert.is(lines.length, 50);
  time += 1000;
  log('on again');
  assert.is(lines.length, 51);
});

test.run();
