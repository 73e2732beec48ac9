import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import type { FailureKind } from '../../qemu/boot-failure.ts';
import { makeCard } from '../../qemu/card-file.ts';
import type { ConsoleLine } from '../../qemu/console.ts';
import { isEvent } from '../../qemu/console.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { type Card, plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { buildTestImage, type TestImage } from '../support/test-build.ts';

const test = suite('what becomes of a daemon that does not behave');

const everything: readonly FailureKind[] = ['daemon-exit', 'not-ready', 'unhealthy', 'held', 'stop'];
const { signal } = new AbortController();

interface TestImageChange {
  readonly recipe?: Partial<ResolvedRecipe>;
  readonly board?: Partial<ResolvedBoard>;
}

async function plainImage(behaviour: string, change: TestImageChange = {}): Promise<TestImage> {
  return await buildTestImage({
    recipe: 'test/appliances/plain',
    changeRecipe: (recipe) => ({ ...recipe, environment: { BEHAVIOUR: behaviour }, ...change.recipe }),
    changeBoard: (board) => ({ ...board, ...change.board }),
  });
}

async function running(
  image: TestImage,
  use: (machine: Machine) => Promise<void>,
  card: Card = plainRun.card,
): Promise<void> {
  const machine = await startMachine(image, { ...plainRun, card, forwards: forwardsOf(image.ports) });
  try {
    await use(machine);
  } finally {
    await machine.stop();
  }
}

async function nextEvent(
  machine: Machine,
  name: string,
  after?: ConsoleLine,
): Promise<{ line: ConsoleLine; event: Record<string, unknown> }> {
  const line = await machine.console.waitFor(isEvent(name), {
    description: `the event ${name}`,
    timeoutMs: 150_000 * timeoutScale(),
    since: after === undefined ? 0 : after.index + 1,
    expected: everything,
  });
  if (line.meaning.kind !== 'event') throw new Error('not an event');
  return { line, event: line.meaning.event };
}

test('one that crashes is started again, each time after a longer pause', async () => {
  await running(await plainImage('crash'), async (machine) => {
    const first = await nextEvent(machine, 'daemon-exit');
    const ready = await nextEvent(machine, 'ready', first.line);
    assert.is(ready.event.attempt, 2);
    const second = await nextEvent(machine, 'daemon-exit', ready.line);
    assert.is(first.event.signal, 'SIGABRT');
    const [pause, longer] = [first.event.restart_in_ms, second.event.restart_in_ms] as [number, number];
    assert.ok(longer > pause, `${pause} then ${longer}`);
  });
});

test('one that crashes before it is ready is reported and started again', async () => {
  await running(await plainImage('crash-early'), async (machine) => {
    const exit = await nextEvent(machine, 'daemon-exit');
    assert.is(exit.event.status, 1);
    assert.is((await nextEvent(machine, 'daemon', exit.line)).event.attempt, 2);
    assert.not.ok(machine.console.lines.some(isEvent('ready')));
  });
});

test('one that never becomes ready is reported and started again', async () => {
  await running(
    await plainImage('never-ready', { recipe: { startTimeoutSeconds: 20 }, board: { patience: 1 } }),
    async (machine) => {
      const late = await nextEvent(machine, 'not-ready');
      assert.ok(Number(late.event.after_ms) > 0);
      assert.is((await nextEvent(machine, 'daemon', late.line)).event.attempt, 2);
    },
  );
});

test('one that fails its health checks is stopped and started again', async () => {
  await running(await plainImage('unhealthy'), async (machine) => {
    const unhealthy = await nextEvent(machine, 'unhealthy');
    assert.is(unhealthy.event.failures, 3);
    assert.is((await nextEvent(machine, 'daemon', unhealthy.line)).event.attempt, 2);
  });
});

test('on a damaged data partition no daemon is started, nothing is reformatted, the board stays up', async () => {
  const image = await buildTestImage({ recipe: 'recipes/cxo' });
  const path = join(dirname(image.image), 'damaged.card');
  const card = await makeCard(image.image, path, 512, signal);
  const { partitions } = await readGpt(image.image);
  const data = partitions.find(({ name }) => name === 'data')!;
  const superblock = data.start * sectorSize + 1024;
  const garbage = Buffer.alloc(1024, 0x5a);
  const file = await open(path, 'r+');
  await file.write(garbage, 0, garbage.length, superblock);
  await file.close();
  await running(
    image,
    async (machine) => {
      const held = await nextEvent(machine, 'held');
      assert.is(held.event.reason, 'data-damaged');
      assert.not.ok(machine.console.lines.some(isEvent('daemon')), 'no daemon');
      await nextEvent(machine, 'network');
      assert.ok(await machine.powerOff(60_000 * timeoutScale()), 'it powers off in order');
    },
    card,
  );
  const after = Buffer.alloc(1024);
  const again = await open(path, 'r');
  await again.read(after, 0, 1024, superblock);
  await again.close();
  assert.ok(after.equals(garbage), 'what was there is still there');
});

test('on a full data partition the store refuses new objects, keeps the old ones, and stays healthy', async () => {
  const image = await buildTestImage({ recipe: 'recipes/cxo' });
  await running(image, async (machine) => {
    await nextEvent(machine, 'ready');
    const host = (await machine.forwards())[0]!.host;
    const url = `http://127.0.0.1:${host}`;
    const put = async (seed: number): Promise<{ status: number; location: string | null }> => {
      const response = await fetch(`${url}/objects`, { method: 'POST', body: Buffer.alloc(4 << 20, seed) });
      await response.arrayBuffer();
      return { status: response.status, location: response.headers.get('location') };
    };
    const first = await put(1);
    assert.is(first.status, 201);
    let refused = 0;
    for (let seed = 2; seed < 40 && refused === 0; seed += 1) {
      const { status } = await put(seed);
      if (status !== 201) refused = status;
    }
    assert.is(refused, 507);
    const kept = await fetch(url + first.location);
    assert.ok(Buffer.from(await kept.arrayBuffer()).equals(Buffer.alloc(4 << 20, 1)));
    assert.is((await fetch(`${url}/health`)).status, 200);
    assert.not.ok(machine.console.lines.some(isEvent('daemon-exit')));
  });
});

test.run();
