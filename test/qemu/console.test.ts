import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { Console, isEvent, type WaitOptions } from '../../qemu/console.ts';
import { goodBoot } from './fake-machine.ts';

const test = suite('waiting for what a console says');

function newConsole(): Console {
  return new Console({ recipe: 'cxo', powerOn: performance.now() });
}

function feed(console: Console, ...lines: readonly string[]): void {
  console.push(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
}

const ready = isEvent('ready');
const waiting: WaitOptions = { description: 'the ready line', timeoutMs: 60_000 };

async function failure(promise: Promise<unknown>): Promise<BoardsmithError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BoardsmithError) return error;
    throw error;
  }
  throw new Error('the wait did not fail');
}

test('a line that was there before the wait counts', async () => {
  const console = newConsole();
  feed(console, ...goodBoot);
  const line = await console.waitFor(ready, waiting);
  assert.is(line.index, goodBoot.length - 1);
  assert.ok(line.atMs >= 0);
});

test('a line that comes later counts, with its fields', async () => {
  const console = newConsole();
  const wait = console.waitFor(isEvent('ready', { by: 'descriptor', attempt: 1 }), waiting);
  feed(console, 'BOARDSMITH {"event":"ready","uptime_ms":1,"by":"ports","attempt":1}', ...goodBoot);
  assert.is((await wait).index, goodBoot.length);
});

test('`since` leaves out what was before', async () => {
  const console = newConsole();
  feed(console, ...goodBoot);
  const wait = console.waitFor(ready, { ...waiting, since: console.next });
  feed(console, 'again', goodBoot.at(-1)!);
  assert.is((await wait).index, goodBoot.length + 1);
});

const failures: Readonly<Record<string, string>> = {
  panic: '[    2.1] Kernel panic - not syncing: Attempted to kill init!',
  oops: '[    1.0] Internal error: Oops: 0000000096000004 [#1] SMP',
  'no-root': '[    2.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
  'no-kaslr': 'KASLR disabled due to lack of seed',
  'init-fail':
    'BOARDSMITH {"event":"fail","uptime_ms":9,"what":"mount the root","errno":"EIO","reboot_in_s":10}',
  'daemon-exit': 'BOARDSMITH {"event":"daemon-exit","uptime_ms":9,"pid":5,"status":1,"restart_in_ms":1000}',
  'not-ready': 'BOARDSMITH {"event":"not-ready","uptime_ms":9,"attempt":1,"after_ms":60000}',
  held: 'BOARDSMITH {"event":"held","uptime_ms":9,"reason":"data-damaged"}',
  'bare-runtime': 'cxo| Welcome to Node.js v24.19.0.',
  firmware: '(0 bootflows, 0 valid)',
  stop: 'BOARDSMITH {"event":"stop","uptime_ms":9,"reason":"power-key","then":"power-off"}',
};

for (const [kind, line] of Object.entries(failures)) {
  test(`${kind} ends the wait, whether it comes before or after, unless it is expected`, async () => {
    const before = newConsole();
    feed(before, line);
    const error = await failure(before.waitFor(ready, waiting));
    assert.is(error.code, 'BOOT_FAILED');
    assert.is((error.cause as { kind: string }).kind, kind);
    assert.ok(error.problems.includes(line), 'the error quotes the line');

    const after = newConsole();
    const wait = after.waitFor(ready, waiting);
    feed(after, 'something', line, ...goodBoot);
    assert.is(((await failure(wait)).cause as { kind: string }).kind, kind);

    const expecting = newConsole();
    const patient = expecting.waitFor(ready, { ...waiting, expected: [kind as never] });
    feed(expecting, line, ...goodBoot);
    assert.is((await patient).index, goodBoot.length);
  });
}

test('what is waited for may itself be a failure', async () => {
  const console = newConsole();
  feed(console, failures['daemon-exit']!);
  assert.is((await console.waitFor(isEvent('daemon-exit'), waiting)).index, 0);
});

test('the order on the console decides, not the order of the calls', async () => {
  const console = newConsole();
  feed(console, goodBoot.at(-1)!, failures.panic!);
  assert.is((await console.waitFor(ready, waiting)).index, 0);
});

test("the boot loader's prompt ends the wait although its line never ends", async () => {
  const console = newConsole();
  const wait = console.waitFor(ready, waiting);
  console.push(Buffer.from('Booting failed somehow\r\n=> '));
  const error = await failure(wait);
  assert.match(error.message, /shows its prompt/);
  assert.is(error.problems.at(-1), '=>');
});

test('a forged ready line, half a one and a damaged one do not count', async () => {
  const console = newConsole();
  const wait = console.waitFor(ready, { ...waiting, timeoutMs: 50 });
  feed(
    console,
    'cxo| BOARDSMITH {"event":"ready","uptime_ms":1}',
    'BOARDSMITH {"event":"ready","upti[  2.1] usb 1',
  );
  feed(console, 'cxo| x\rBOARDSMITH {"event":"ready","uptime_ms":1}');
  console.push(Buffer.from('BOARDSMITH {"event":"ready","uptime_ms":1}'));
  assert.match((await failure(wait)).message, /no sign of it/);
});

test('garbage does not end a wait or hide what follows', async () => {
  const console = newConsole();
  const wait = console.waitFor(ready, waiting);
  let seed = 1;
  const garbage = Buffer.alloc(100_000);
  for (let at = 0; at < garbage.length; at += 1) {
    seed = (seed * 48271) % 0x7fffffff;
    garbage[at] = seed & 0xff;
  }
  console.push(garbage);
  console.push(Buffer.from('\n'));
  feed(console, ...goodBoot);
  assert.ok((await wait).index > 0);
});

test('a wait ends when its time is up, and quotes the last lines', async () => {
  const console = newConsole();
  feed(console, ...Array.from({ length: 100 }, (_, index) => `line ${index}`));
  const error = await failure(console.waitFor(ready, { ...waiting, timeoutMs: 20 }));
  assert.is(error.message, 'waited for the ready line: no sign of it in 0 s');
  assert.is(error.problems.length, 25);
  assert.is(error.problems.at(-1), 'line 99');
});

test("a wait ends with the machine, with QEMU's reason; lines that came before still count", async () => {
  const console = newConsole();
  const wait = console.waitFor(ready, waiting);
  console.end({ kind: 'machine-end', message: 'QEMU ended with exit code 1: no such device' });
  assert.match((await failure(wait)).message, /exit code 1: no such device/);

  const whole = newConsole();
  feed(whole, ...goodBoot);
  whole.end({ kind: 'machine-end', message: 'the guest powered off' });
  assert.ok(await whole.waitFor(ready, waiting));
});

test('the last line counts although its end never came', async () => {
  const console = newConsole();
  console.push(Buffer.from(goodBoot.at(-1)!));
  console.end({ kind: 'machine-end', message: 'the guest powered off' });
  assert.ok(await console.waitFor(ready, waiting));
});

test('a wait ends with its signal, before and during', async () => {
  const console = newConsole();
  const controller = new AbortController();
  const wait = console.waitFor(ready, { ...waiting, signal: controller.signal });
  controller.abort();
  assert.is((await failure(wait)).code, 'INTERRUPTED');
  assert.is(
    (await failure(console.waitFor(ready, { ...waiting, signal: controller.signal }))).code,
    'INTERRUPTED',
  );
});

test('a console that talks without end keeps its last lines only, and waits still find new ones', async () => {
  const console = newConsole();
  const chatter = Buffer.from('cxo| chatter\n'.repeat(1000));
  for (let count = 0; count < 60; count += 1) console.push(chatter);
  assert.ok(console.lines.length <= 20_000);
  assert.is(console.next, 60_000);
  const wait = console.waitFor(ready, { ...waiting, since: console.next });
  feed(console, goodBoot.at(-1)!);
  assert.is((await wait).index, 60_000);
});

test.run();
