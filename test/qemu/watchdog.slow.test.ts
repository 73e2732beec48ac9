import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isEvent } from '../../qemu/console.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { overlayMutant } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestImage } from '../support/test-build.ts';

const test = suite('the watchdog of a running board');
const timeoutMs = 200_000 * timeoutScale();

/** Runs the image until `use` is over; answers whether the watchdog barked. */
async function running(image: TestImage, use: (machine: Machine) => Promise<void>): Promise<boolean> {
  let barked = false;
  const machine = await startMachine(
    image,
    { ...plainRun, forwards: forwardsOf(image.ports), onReboot: 'reboot' },
    {
      onQmpEvent: ({ event }) => {
        barked ||= event === 'WATCHDOG';
      },
    },
  );
  try {
    await use(machine);
  } finally {
    await machine.stop();
  }
  return barked;
}

test('an init whose loop hangs is reset, although its daemon goes on, and the next boot says so', async () => {
  const overlaysRoot = await overlayMutant(
    {
      file: 'init/main.c',
      from: '\tfor (;;)\n\t\tmachine_turn(&machine);\n',
      to: '\twhile (machine.supervisor.state != DAEMON_READY)\n\t\tmachine_turn(&machine);\n\tfor (;;)\n\t\tsys_sleep_ms(1000);\n',
    },
    { file: 'init/main.c', from: '#include "machine.h"\n', to: '#include "machine.h"\n#include "sys.h"\n' },
  );
  const image = await buildTestImage({ recipe: 'test/appliances/plain', overlaysRoot });
  const barked = await running(image, async (machine) => {
    await machine.console.waitFor(isEvent('ready'), { description: 'the ready line', timeoutMs });
    const [forward] = await machine.forwards();
    assert.is((await fetch(`http://127.0.0.1:${forward!.host}/health`)).status, 200);
    const told = await machine.console.waitFor(isEvent('last-boot'), {
      description: 'the next boot',
      timeoutMs,
    });
    assert.is(told.meaning.kind === 'event' && told.meaning.event.end, 'watchdog');
  });
  assert.ok(barked, 'by the watchdog');
});

test('a sound init feeds it, also in a pause before a start that is longer than its period', async () => {
  const image = await buildTestImage({
    recipe: 'test/appliances/plain',
    changeRecipe: (recipe) => ({ ...recipe, environment: { BEHAVIOUR: 'crash' } }),
  });
  const barked = await running(image, async (machine) => {
    // Pauses of 1, 2, 4, 8 and 16 s lie before the sixth start; the board's period is 15 s.
    await machine.console.waitFor(
      ({ meaning }) =>
        meaning.kind === 'event' && meaning.event.event === 'daemon' && meaning.event.attempt === 6,
      { description: "the daemon's sixth start", timeoutMs, expected: ['daemon-exit'] },
    );
    const watchdog = machine.console.lines.find(isEvent('watchdog'));
    assert.ok(watchdog?.meaning.kind === 'event' && Number(watchdog.meaning.event.timeout_s) < 16);
  });
  assert.not.ok(barked);
});

test.run();
