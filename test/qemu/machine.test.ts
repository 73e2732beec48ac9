import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { isEvent } from '../../qemu/console.ts';
import { requireHostPrograms } from '../../qemu/host-programs.ts';
import { type Machine, type RunControl, startMachine } from '../../qemu/machine.ts';
import { type MachineOptions, plainRun } from '../../qemu/machine-options.ts';
import type { QmpEvent } from '../../qemu/qmp.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type FakeScript,
  fakeCommand,
  fakeImage,
  goodBoot,
  goodEnd,
  isAlive,
  saying,
  soon,
  untilGone,
} from './fake-machine.ts';

const test = suite('a machine from power-on to its end');
const folder = temporaryFolder('machine');
const wait = { description: 'the line', timeoutMs: 60_000 };

const started: Machine[] = [];

/** A test that failed half-way must not leave its machine behind. */
test.after.each(async () => {
  await Promise.all(started.splice(0).map((machine) => machine.stop()));
});

async function start(
  script: FakeScript,
  control: RunControl = {},
  options: Partial<MachineOptions> = {},
): Promise<Machine> {
  const machine = await startMachine(
    fakeImage,
    { ...plainRun, ...options },
    { command: fakeCommand(script), ...control },
  );
  started.push(machine);
  return machine;
}

async function failure(promise: Promise<unknown>): Promise<BoardsmithError> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (error instanceof BoardsmithError) return error;
  throw new Error(`no BoardsmithError but ${String(error)}`);
}

test('the log begins with the exact command line, holds every line with its time, and ends with the reason', async () => {
  const log = join(folder, 'good.log');
  const machine = await start({ steps: saying(goodBoot), powerKey: goodEnd }, { log });
  await machine.console.waitFor(isEvent('ready'), wait);
  assert.ok(await machine.powerOff(60_000));
  const end = await machine.stop();
  assert.is(end.reason, 'guest-shutdown');
  const lines = (await readFile(log, 'utf8')).split('\n');
  assert.is(lines[0], machine.command);
  for (const text of [...goodBoot, ...goodEnd]) {
    assert.ok(
      lines.some((line) => /^\[ *\d+\.\d{3}\] /.test(line) && line.endsWith(` ${text}`)),
      text,
    );
  }
  assert.is(lines.at(-2), 'the guest powered off');
});

test('forwarded ports are read from the running QEMU', async () => {
  const forwards = [{ name: 'http', protocol: 'tcp', guest: 8080, host: 0 } as const];
  const machine = await start({ http: [200] }, {}, { forwards });
  try {
    const [forward] = await machine.forwards();
    assert.ok(forward!.host > 0);
    assert.is((await fetch(`http://127.0.0.1:${forward!.host}/`)).status, 200);
  } finally {
    await machine.stop();
  }
  const wrong = await start({ http: [200] }, {}, { forwards: [{ ...forwards[0]!, guest: 9 }] });
  assert.match((await failure(wrong.forwards())).message, /does not say which ports/);
  await wrong.stop();
});

test("a wait ends with QEMU's own end: its exit code and what it complained of", async () => {
  const complain = 'qemu-system-aarch64: -netdev user: Could not set up host forwarding rule';
  const machine = await start({ qmp: false, steps: [{ complain }, { exit: 1 }] });
  const error = await failure(machine.console.waitFor(isEvent('ready'), wait));
  assert.is(error.code, 'BOOT_FAILED');
  assert.match(error.message, /exit code 1: .*Could not set up host forwarding rule/);
  assert.is((await failure(machine.qmp)).code, 'BOOT_FAILED');
  assert.is((await soon(machine.ended)).complaints, complain);
});

test('a QEMU that crashes is told as such', async () => {
  const machine = await start({ steps: [{ say: 'U-Boot 2025.01' }, { crash: 'SIGSEGV' }] });
  const error = await failure(machine.console.waitFor(isEvent('ready'), wait));
  assert.match(error.message, /ended by SIGSEGV/);
  assert.equal(error.problems, ['U-Boot 2025.01']);
});

test('a reboot of the guest is told by its reason', async () => {
  const seen: QmpEvent[] = [];
  const machine = await start(
    {
      steps: [
        { connected: true },
        { event: 'WATCHDOG', data: { action: 'reset' } },
        { event: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } },
        { wait: 50 },
        { exit: 0 },
      ],
    },
    { onQmpEvent: (event) => seen.push(event) },
  );
  assert.match(
    (await failure(machine.console.waitFor(isEvent('ready'), wait))).message,
    /the guest rebooted/,
  );
  assert.is((await soon(machine.ended)).reason, 'guest-reset');
  assert.equal(
    seen.map(({ event }) => event),
    ['WATCHDOG', 'SHUTDOWN'],
  );
});

test('an abort leaves no process and no folder, although the machine and its child ignore SIGTERM', async () => {
  const controller = new AbortController();
  const machine = await start({ steps: [{ child: true }] }, { signal: controller.signal });
  const line = await machine.console.waitFor(({ text }) => text.startsWith('child '), wait);
  const grandchild = Number(line.text.slice('child '.length));
  assert.ok(await isAlive(machine.pid!));
  assert.ok(existsSync(machine.folder));
  controller.abort();
  assert.is((await soon(machine.ended)).signal, 'SIGKILL');
  await untilGone(machine.pid!);
  await untilGone(grandchild);
  assert.not.ok(existsSync(machine.folder));
});

test('a signal that has aborted already starts nothing', async () => {
  const log = join(folder, 'aborted.log');
  assert.is((await failure(start({}, { signal: AbortSignal.abort(), log }))).code, 'INTERRUPTED');
});

test('a guest that ignores its power key still runs afterwards, and can be stopped', async () => {
  const machine = await start({ powerKey: null });
  assert.not.ok(await machine.powerOff(100));
  assert.ok(await isAlive(machine.pid!));
  await machine.stop();
  await machine.stop();
  await untilGone(machine.pid!);
});

for (const [what, mute] of [
  ['that never answered', true],
  ['that answers no longer', 'system_powerdown'],
] as const) {
  test(`the power key of a QEMU ${what} is given up in time`, async () => {
    const machine = await start({ mute });
    assert.not.ok(await soon(machine.powerOff(1000)));
    assert.ok(await isAlive(machine.pid!));
    await machine.stop();
    await untilGone(machine.pid!);
  });
}

test('a log that cannot be written is refused before anything is started', async () => {
  const error = await failure(start({}, { log: '/nonexistent/folder/x.log' }));
  assert.is(error.code, 'FILE_UNUSABLE');
});

test('programs that are not installed are named with their packages', async () => {
  const error = await failure(requireHostPrograms(folder));
  assert.is(error.code, 'HOST_UNSUITABLE');
  assert.is(error.hint, 'apt-get install qemu-system-arm util-linux');
});

test.run();
