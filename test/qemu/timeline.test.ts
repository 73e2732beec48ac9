import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootReport, reportText } from '../../qemu/boot-report.ts';
import { Console, type ConsoleLine } from '../../qemu/console.ts';
import { classifyLine } from '../../qemu/console-line.ts';
import { bootTimeline, timelineChart } from '../../qemu/timeline.ts';
import { matchesGolden } from '../support/golden.ts';
import { goodBoot } from './fake-machine.ts';

const test = suite('the timeline of a boot');

function lines(...timed: readonly (readonly [number, string])[]): ConsoleLine[] {
  return timed.map(([atMs, text], index) => ({ index, atMs, text, meaning: classifyLine(text, 'cxo') }));
}

const times = [159.4, 551.2, 2148, 2311, 2350, 2789.6];
const boot = lines(...goodBoot.map((text, index) => [times[index]!, text] as const));

test('each phase begins with its line', () => {
  assert.equal(bootTimeline(boot), { firmware: 159, kernel: 551, init: 2148, daemon: 2311, ready: 2790 });
});

test('without a boot loader and with a quiet kernel, the kernel began as long before init as init says', () => {
  const start = 'BOARDSMITH {"event":"start","uptime_ms":1900,"recipe":"cxo"}';
  assert.equal(bootTimeline(lines([2400, start])), {
    firmware: null,
    kernel: 500,
    init: 2400,
    daemon: null,
    ready: null,
  });
});

test('a talkative kernel shows its start by itself if nothing else does', () => {
  assert.is(bootTimeline(lines([300, '[    0.000000] Linux version 6.12'])).kernel, 300);
});

test('the first of several attempts counts', () => {
  const again = [...boot, ...lines([9000, goodBoot[3]!], [9500, goodBoot[5]!])];
  assert.is(bootTimeline(again).ready, 2790);
});

test('the chart is as in the golden file, also for a boot that was not seen whole', () => {
  const partial = timelineChart(bootTimeline(boot.slice(0, 3)));
  const nothing = timelineChart(bootTimeline([]));
  matchesGolden(
    'qemu/timeline.txt',
    [timelineChart(bootTimeline(boot)), partial, nothing, ''].join('\n---\n'),
  );
});

test('no line of the chart is wider than it may be, and a slow boot has long numbers', () => {
  const slow = { firmware: 2159, kernel: 25510, init: 121480, daemon: 121480, ready: 227896 };
  for (const timeline of [bootTimeline(boot), slow]) {
    for (const columns of [46, 60, 80]) {
      const widths = timelineChart(timeline, columns)
        .split('\n')
        .map((line) => line.length);
      assert.ok(Math.max(...widths) <= columns, `${Math.max(...widths)} of ${columns}`);
    }
    const indented = timelineChart(timeline).split('\n');
    assert.ok(
      Math.max(...indented.map((line) => line.length)) <= 58,
      'fits a terminal of 60 with its indent',
    );
  }
});

test('the report holds timeline, memory and how it became ready', () => {
  const console = new Console({ recipe: 'cxo', powerOn: performance.now() });
  console.push(Buffer.from(`${goodBoot.join('\n')}\n`));
  const health = { asked: 'http://127.0.0.1:1/health', status: 200, body: 'ok' };
  const context = { recipe: 'cxo', board: 'qemu-virt', command: 'qemu', health, timeoutScale: 1.5 };
  const report = bootReport(console, context);
  assert.equal(report.memory, { availableKiB: 873924, daemonResidentKiB: 49172 });
  assert.equal(report.ready, { by: 'descriptor', attempt: 1 });
  assert.equal(report.health, health);
  assert.match(reportText(report), /the daemon uses 48 MiB, 853 MiB are free/);
});

test.run();
