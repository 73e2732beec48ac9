import { join } from 'node:path';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planSource } from '../../builder/init/plan-source.ts';
import { matchesGolden } from '../support/golden.ts';
import { compileInitOnHost } from '../support/init-on-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { findTestZig } from '../support/zig.ts';
import { probeBoard, probeFacts, probeRecipe } from './probe-appliance.ts';

const zig = await findTestZig();
if (zig === undefined) {
  console.log('SKIP init on the host: no Zig (BOARDSMITH_ZIG or BOARDSMITH_ZIG_WHEEL)');
  test.skip('init on the host', () => {});
  test.run();
} else {
  const folder = temporaryFolder('init');
  const plan = planSource(probeRecipe, probeBoard, probeFacts);
  const [scenarios, units] = [
    await compileInitOnHost(zig, 'scenarios', plan, join(folder, 'scenarios')),
    await compileInitOnHost(zig, 'units', plan, join(folder, 'units')),
  ];
  const output = async (program: string, ...args: string[]): Promise<string> => {
    const { stdout } = await execa(program, args);
    return `${stdout}\n`;
  };

  const names = (await output(scenarios)).trim().split('\n');
  const usual = (await output(scenarios, 'usual')).split('\n');
  for (const name of names) {
    test(`the ordered log of system calls: ${name}`, async () => {
      const log = await output(scenarios, name);
      assert.not.match(log, '!!');
      matchesGolden(`init/${name}.txt`, name === 'usual' ? log : beyondUsual(log.split('\n'), usual));
    });
  }

  test('a late disk with a silent reader of the identity: the watchdog is fed in between, so that the verdict is still said', async () => {
    let [now, fed, longest] = [0, Number.NaN, 0];
    for (const line of (await output(scenarios, 'unit-silent-on-late-disk')).split('\n')) {
      now = Number(/^@(\d+) ms$/.exec(line)?.[1] ?? now);
      if (!line.startsWith('WDIOC_KEEPALIVE')) continue;
      if (!Number.isNaN(fed)) longest = Math.max(longest, now - fed);
      fed = now;
    }
    assert.ok(longest > 0 && longest < probeBoard.watchdog!.timeoutSeconds * 1000, `${longest} ms`);
  });

  test('every failing call has a defined outcome', async () => {
    const table = await output(scenarios, '--fail', '5');
    assert.not.match(table, '!!');
    matchesGolden('init/failing-calls.txt', table);
  });

  test('every failing call of a life that takes its unit’s identity has a defined outcome', async () => {
    const table = await output(scenarios, '--fail-unit', '5');
    assert.not.match(table, '!!');
    matchesGolden('init/failing-calls-of-unit.txt', table);
  });

  test('no value of a unit is ever on the console', async () => {
    const logs = await Promise.all(
      names.filter((name) => name.includes('unit')).map(async (name) => await output(scenarios, name)),
    );
    for (const line of logs.join('').split('\n')) {
      if (line.startsWith('console: ')) assert.not.match(line, /very secret|quiet/);
    }
    assert.match(logs.join(''), /execute_low\(.*very secret/);
  });

  for (const errno of [1, 2, 4, 11, 12, 28]) {
    test(`every call failing with errno ${errno} ends the machine in order or reboots it`, async () => {
      const table = await output(scenarios, '--fail', String(errno));
      assert.ok(table.split('\n').length > 400);
      assert.not.match(table, '!!');
    });
  }

  test('a power cut in any flush of the partition table is harmless', async () => {
    matchesGolden('init/power-cuts.txt', await output(scenarios, '--cut'));
  });

  test('the pure parts', async () => {
    const lines = (await output(units)).split('\n');
    const checks = lines.filter((line) => /^(not )?ok /.test(line));
    assert.equal(
      checks.filter((line) => line.startsWith('not ok')),
      [],
    );
    assert.ok(checks.length > 50);
  });

  test('events are JSON whatever is in them', async () => {
    const lines = (await output(units)).split('\n').filter((line) => line.startsWith('console: '));
    const events = lines.map(
      (line) => JSON.parse(line.replace('console: BOARDSMITH ', '')) as Record<string, unknown>,
    );
    assert.equal(events[0], {
      event: 'example',
      uptime_ms: 1000,
      quoted: '"\\\n\x01\x7f\xc3\xa9',
      lowest: Number('-9223372036854775808'),
      highest: Number('9223372036854775807'),
      true: true,
      null: null,
      known: 'ENOENT',
      unknown: 4095,
      status: 3,
      signal: 'SIGKILL',
      address: '192.0.2.1',
      none: [],
      two: ['0.0.0.1', '255.255.255.255'],
    });
    /* What does not fit is left out as a whole; each of the lengths around the limit was tried. */
    assert.is(events.length, 222);
    assert.ok(events.some((event) => 'text' in event && 'after' in event));
    assert.ok(events.some((event) => 'text' in event && !('after' in event)));
    assert.ok(events.some((event) => !('text' in event) && !('after' in event)));
  });

  test.run();
}

/** What comes after the part that is the same as in the usual boot, which has a golden file of its own. */
function beyondUsual(log: readonly string[], usual: readonly string[]): string {
  let same = 0;
  while (same < log.length && log[same] === usual[same]) same++;
  return [`(the first ${same} lines are those of usual.txt)`, ...log.slice(same)].join('\n');
}
