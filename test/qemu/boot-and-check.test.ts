import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { type BootAndCheckOptions, bootAndCheck } from '../../qemu/boot-and-check.ts';
import type { BootReport } from '../../qemu/boot-report.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type FakeScript,
  fakeCommand,
  fakeImage,
  goodBoot,
  goodEnd,
  saying,
  soon,
  untilGone,
} from './fake-machine.ts';

const test = suite('booting an image and checking it');
const folder = temporaryFolder('boot-and-check');
const good: FakeScript = { steps: saying(goodBoot), http: [200], powerKey: goodEnd };

async function boot(script: FakeScript, options: BootAndCheckOptions = {}): Promise<BootReport> {
  return await bootAndCheck(fakeImage, { command: fakeCommand(script), timeoutScale: 1, ...options });
}

async function failure(promise: Promise<unknown>): Promise<BoardsmithError> {
  const error = await soon(promise).then(
    () => null,
    (cause: unknown) => cause,
  );
  if (error instanceof BoardsmithError) return error;
  throw new Error(`no BoardsmithError but ${String(error)}`);
}

test('a pass: ready, healthy over the network, used, powered off; the report is recorded', async () => {
  const file = join(folder, 'report.json');
  let pid = 0;
  const report = await boot(good, {
    report: file,
    async use({ machine, forwards }) {
      pid = machine.pid!;
      assert.is((await fetch(`http://127.0.0.1:${forwards[0]!.host}/`)).status, 200);
    },
  });
  assert.is(report.health?.status, 200);
  assert.ok(report.timeline.ready! >= report.timeline.firmware!);
  assert.equal(JSON.parse(await readFile(file, 'utf8')), report);
  await untilGone(pid);
});

test('a ready line without health over the network is no pass', async () => {
  const error = await failure(boot({ ...good, http: [503] }, { timeouts: { health: 2000 } }));
  assert.is(error.code, 'BOOT_FAILED');
  assert.match(error.message, /answered 503/);
});

test('health over the network without a ready line is no pass', async () => {
  const error = await failure(
    boot({ ...good, steps: saying(goodBoot.slice(0, -1)) }, { timeouts: { ready: 1500 } }),
  );
  assert.match(error.message, /the daemon's ready line: no sign of it/);
});

test('a ready line that the daemon forged is no pass', async () => {
  const forged = [...goodBoot.slice(0, -1), `cxo| ${goodBoot.at(-1)}`];
  const error = await failure(boot({ ...good, steps: saying(forged) }, { timeouts: { ready: 1500 } }));
  assert.match(error.message, /no sign of it/);
});

test('a daemon that crashes while its health is asked is told as that, not as a connection that is refused', async () => {
  const exit =
    'BOARDSMITH {"event":"daemon-exit","uptime_ms":9,"pid":5,"signal":"SIGSEGV","restart_in_ms":1000}';
  const error = await failure(
    boot({ ...good, http: [503], steps: [...saying(goodBoot), { wait: 300 }, { say: exit }] }),
  );
  assert.match(error.message, /the daemon ended \(signal SIGSEGV\)/);
});

test('a machine that ends while its health is asked is told as that', async () => {
  const script = {
    ...good,
    http: [503],
    steps: [...saying(goodBoot), { connected: true }, { wait: 300 }, { exit: 7 }],
  } as const;
  assert.match((await failure(boot(script))).message, /exit code 7/);
});

test('an image whose init does not end in order, or that ignores the power key, fails', async () => {
  assert.match((await failure(boot({ ...good, powerKey: [] }))).message, /did not end in order/);
  const deaf = failure(boot({ ...good, powerKey: null }, { timeouts: { powerOff: 500 } }));
  assert.match((await deaf).message, /power key does nothing/);
});

test("an error of who uses the machine is the boot's, no report is written, nothing is left", async () => {
  const report = join(folder, 'none.json');
  let pid = 0;
  const booted = boot(good, {
    report,
    use: async ({ machine }) => {
      pid = machine.pid!;
      throw new Error('the object differs');
    },
  });
  await booted.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'the object differs'),
  );
  assert.not.ok(existsSync(report));
  await untilGone(pid);
});

test('an abort stops it wherever it is, and leaves nothing', async () => {
  const controller = new AbortController();
  let pid = 0;
  const booted = boot(good, {
    signal: controller.signal,
    async use({ machine, signal }) {
      pid = machine.pid!;
      controller.abort();
      assert.ok(signal.aborted);
      throw new BoardsmithError('INTERRUPTED', 'stopped');
    },
  });
  assert.is((await failure(booted)).code, 'INTERRUPTED');
  await untilGone(pid);
  const early = new AbortController();
  const waiting = boot({ ...good, steps: [] }, { signal: early.signal });
  setTimeout(() => early.abort(), 300);
  assert.is((await failure(waiting)).code, 'INTERRUPTED');
});

test.run();
