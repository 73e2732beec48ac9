import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FailureKind } from '../../qemu/boot-failure.ts';
import { type ConsoleLine, isEvent } from '../../qemu/console.ts';
import { type LastBoot, lastBoot } from '../../qemu/last-boot.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { overlayMutant } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestBuild, type TestImage } from '../support/test-build.ts';

const test = suite('what a crash leaves for the next boot');
const timeoutMs = 200_000 * timeoutScale();
const provoked: readonly FailureKind[] = ['daemon-exit', 'panic', 'oops'];

/** An image whose init ends when the power key is pressed, which no kernel survives. */
async function crashingImage(change: Partial<TestBuild> = {}): Promise<TestImage> {
  const overlaysRoot = await overlayMutant({
    file: 'init/loop.c',
    from: '\t\tmachine_stop(machine, "power-key", RB_POWER_OFF);\n',
    to: '\t\tsys_exit(machine->console > 0 ? 3 : 4);\n',
  });
  return await buildTestImage({ recipe: 'test/appliances/crashing', overlaysRoot, ...change });
}

async function running(image: TestImage, use: (machine: Machine) => Promise<void>): Promise<void> {
  const machine = await startMachine(image, { ...plainRun, onReboot: 'reboot' });
  try {
    await use(machine);
  } finally {
    await machine.stop();
  }
}

/** One boot, from here to its ready line. */
async function nextBoot(machine: Machine): Promise<readonly ConsoleLine[]> {
  const since = machine.console.next;
  const options = { timeoutMs, since, expected: provoked };
  const ready = await machine.console.waitFor(isEvent('ready'), {
    ...options,
    description: 'the ready line of the next boot',
  });
  return machine.console.lines.filter(({ index }) => index >= since && index <= ready.index);
}

async function reset(machine: Machine): Promise<readonly ConsoleLine[]> {
  const boot = nextBoot(machine);
  await (await machine.qmp).execute('system_reset');
  return await boot;
}

async function panic(machine: Machine): Promise<readonly ConsoleLine[]> {
  const boot = nextBoot(machine);
  await (await machine.qmp).execute('system_powerdown');
  return await boot;
}

test("the daemon's last lines and the kernel's last words are shown once, at the next boot", async () => {
  await running(await crashingImage(), async (machine) => {
    assert.is(lastBoot(await nextBoot(machine)), null, 'nothing was before the first boot of a card');

    const second = lastBoot(await reset(machine));
    assert.is(second?.end, 'sudden');
    const [crash, ...others] = second?.crashes ?? [];
    assert.equal(others, []);
    const { kind, cause, signal, attempt, ends } = crash!.event;
    assert.equal(
      { kind, cause, signal, attempt, ends },
      { kind: 'daemon', cause: 'exit', signal: 'SIGKILL', attempt: 1, ends: 1 },
    );
    assert.is(crash?.lines.length, 64);
    assert.is(crash?.lines[0], 'line 141');
    assert.equal(crash?.lines.slice(-4), [
      'BOARDSMITH {"event":"ready","uptime_ms":1}',
      'last kernel| Kernel panic - not syncing: forged',
      '\\x1b[2J\\x0dlast daemon| forged\\x00\\xc3\\xa9',
      'these are my last words',
    ]);

    const third = lastBoot(await panic(machine));
    assert.is(third?.end, 'kernel-panic');
    assert.equal(kindsOf(third), ['kernel-panic']);
    const words = third!.crashes[0]!.lines;
    assert.ok(words.length > 5 && words.length <= 64);
    const last = /Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300/;
    assert.ok(
      words.some((line) => last.test(line)),
      words.join('\n'),
    );

    const fourth = lastBoot(await reset(machine));
    assert.is(fourth?.end, 'sudden');
    assert.equal(kindsOf(fourth), []);
  });
});

test('a kernel from source keeps them over a sudden end, and what the daemon wrote until then', async () => {
  await running(await crashingImage({ board: 'qemu-virt-hardened' }), async (machine) => {
    await nextBoot(machine);
    const second = lastBoot(await panic(machine));
    assert.is(second?.end, 'kernel-panic');
    assert.equal(kindsOf(second), ['kernel-panic', 'daemon']);
    assert.is(second?.crashes[1]?.event.signal, 'SIGKILL');
    assert.equal(second?.crashes[1]?.lines.filter(isSaid).slice(-2), ['these are my last words', 'I serve']);

    const third = lastBoot(await reset(machine));
    assert.is(third?.end, 'sudden');
    const daemon = third?.crashes.find(({ kind }) => kind === 'daemon');
    assert.is(daemon?.event.cause, 'end-of-boot');
    assert.equal(daemon?.lines.filter(isSaid), ['I serve']);
  });
});

test('without memory for last words a panic leaves none', async () => {
  const image = await crashingImage({ changeBoard: (board) => ({ ...board, lastWords: null }) });
  await running(image, async (machine) => {
    await nextBoot(machine);
    const second = lastBoot(await panic(machine));
    // By the kernel after its delay, or by the watchdog, which nobody feeds meanwhile.
    assert.match(String(second?.end), /^(sudden|watchdog)$/);
    assert.equal(kindsOf(second), ['daemon']);
  });
});

/** The kernel adds whether the memory was sound. */
function isSaid(line: string): boolean {
  return line !== '' && !line.startsWith('ECC: ');
}

function kindsOf(boot: LastBoot | null): string[] {
  return (boot?.crashes ?? []).map(({ kind }) => kind);
}

test.run();
