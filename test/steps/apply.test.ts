import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { PlanBuilder } from '../../builder/plan/plan-builder.ts';
import type { Plan } from '../../builder/plan/step.ts';
import { type ApplyOptions, apply, type BuildEvent, pendingSteps } from '../../builder/steps/apply.ts';
import { StepCache } from '../../builder/steps/step-cache.ts';
import type { StepContext } from '../../builder/steps/step-kind.ts';

const test = suite<{ folder: string }>('apply');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'boardsmith-apply-'));
});
test.after.each(async (context) => {
  await rm(context.folder, { recursive: true });
});

/** left and right are independent; joined needs both. */
function diamond(text = 'x'): Plan {
  const builder = new PlanBuilder({ write: 'w1', join: 'j1' });
  const left = builder.add({ id: 'left', kind: 'write', title: 'left', parameters: { text }, inputs: {} });
  const right = builder.add({
    id: 'right',
    kind: 'write',
    title: 'right',
    parameters: { text: 'y' },
    inputs: {},
  });
  builder.add({ id: 'joined', kind: 'join', title: 'joined', parameters: {}, inputs: { left, right } });
  builder.addImage({ recipe: 'r', board: 'b', step: 'joined' });
  return builder.build();
}

interface Harness {
  readonly events: string[];
  readonly options: ApplyOptions;
}

function harness(
  folder: string,
  overrides: { write?: (context: StepContext) => Promise<void>; signal?: AbortSignal } = {},
): Harness {
  const events: string[] = [];
  const write = async (context: StepContext): Promise<void> => {
    await writeFile(join(context.output, 'text'), String(context.step.parameters.text));
  };
  const joinKind = async (context: StepContext): Promise<void> => {
    const texts = await Promise.all(
      ['left', 'right'].map((name) => readFile(join(context.folder(name), 'text'), 'utf8')),
    );
    await writeFile(join(context.output, 'text'), texts.join('+'));
  };
  return {
    events,
    options: {
      cache: new StepCache(folder),
      inputs: { ensure: async () => [] },
      kinds: new Map([
        ['write', { kind: 'write', run: overrides.write ?? write }],
        ['join', { kind: 'join', run: joinKind }],
      ]),
      concurrency: 2,
      signal: overrides.signal ?? new AbortController().signal,
      onEvent: (event: BuildEvent) =>
        events.push(`${event.type} ${'input' in event ? event.input.id : event.step.id}`),
    },
  };
}

test('runs every step once and hands outputs on', async ({ folder }) => {
  const { events, options } = harness(folder);
  const outputs = await apply(diamond(), options);
  assert.is(await readFile(join(outputs.get('joined')!, 'text'), 'utf8'), 'x+y');
  assert.equal([...events].sort(), [
    'done joined',
    'done left',
    'done right',
    'start joined',
    'start left',
    'start right',
  ]);
});

test('runs nothing again, and after a change only what depends on it', async ({ folder }) => {
  await apply(diamond(), harness(folder).options);
  const again = harness(folder);
  await apply(diamond(), again.options);
  assert.equal(again.events, []);
  assert.equal(
    pendingSteps(diamond('changed'), again.options.cache).map((step) => step.id),
    ['left', 'joined'],
  );
  const changed = harness(folder);
  await apply(diamond('changed'), changed.options);
  assert.equal(changed.events, ['start left', 'done left', 'start joined', 'done joined']);
});

test('needs no inputs of a step whose result is cached', async ({ folder }) => {
  await apply(diamond(), harness(folder).options);
  const cache = new StepCache(folder);
  const left = diamond().steps.find((step) => step.id === 'left')!;
  await rm(cache.outputFolder(left.key), { recursive: true });
  const again = harness(folder);
  await apply(diamond(), again.options);
  assert.equal(again.events, []);
});

test('a damaged output that a step needs is made again, and said; one that nothing needs is not looked at', async ({
  folder,
}) => {
  await apply(diamond(), harness(folder).options);
  const cache = new StepCache(folder);
  const keyOf = (id: string, plan = diamond()): string => plan.steps.find((step) => step.id === id)!.key;
  await writeFile(join(cache.outputFolder(keyOf('right')), 'text'), 'z');
  const unneeded = harness(folder);
  await apply(diamond(), unneeded.options);
  assert.equal(unneeded.events, []);
  const { events, options } = harness(folder);
  const outputs = await apply(diamond('changed'), options);
  assert.equal([...events].sort(), [
    'damaged right',
    'done joined',
    'done left',
    'done right',
    'start joined',
    'start left',
    'start right',
  ]);
  assert.is(await readFile(join(outputs.get('joined')!, 'text'), 'utf8'), 'changed+y');
});

test('a damaged image is made again from what is cached', async ({ folder }) => {
  const [joined = ''] = (await apply(diamond(), harness(folder).options)).values();
  await writeFile(join(joined, 'text'), 'x-y');
  const { events, options } = harness(folder);
  await apply(diamond(), options);
  assert.equal(events, ['damaged joined', 'start joined', 'done joined']);
  assert.is(await readFile(join(joined, 'text'), 'utf8'), 'x+y');
});

test('a failing step stops the others, names itself and leaves nothing behind', async ({ folder }) => {
  let sawAbort = false;
  const { events, options } = harness(folder, {
    write: async (context) => {
      if (context.step.id === 'left') throw new Error('no luck');
      await new Promise<void>((resolve) => {
        if (context.signal.aborted) resolve();
        context.signal.addEventListener('abort', () => resolve());
      });
      sawAbort = true;
    },
  });
  try {
    await apply(diamond(), options);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'STEP_FAILED');
    assert.is((error as BoardsmithError).message, 'left: no luck');
  }
  assert.ok(sawAbort);
  assert.equal([...events].sort(), ['failed left', 'start left', 'start right', 'stopped right']);
  assert.equal(await readdir(join(folder, 'running')), []);
  assert.is(pendingSteps(diamond(), options.cache).length, 3);
});

test('a disk that is full is the fault of the cache folder, not of the step', async ({ folder }) => {
  const { options } = harness(folder, {
    write: async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  });
  const error = await apply(diamond(), options).then(
    () => null,
    (cause: BoardsmithError) => cause,
  );
  assert.is(error?.code, 'FILE_UNUSABLE');
  assert.is(error?.message, `the cache folder ${folder} cannot be written: its file system is full`);
});

test('an interrupted build keeps what was finished and the next one goes on from there', async ({
  folder,
}) => {
  const interrupt = new AbortController();
  const { options } = harness(folder, {
    signal: interrupt.signal,
    write: async (context) => {
      if (context.step.id === 'left') {
        await writeFile(join(context.output, 'text'), 'x');
        return;
      }
      await writeFile(join(context.output, 'half'), 'written');
      setTimeout(() => interrupt.abort(), 20);
      await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
    },
  });
  try {
    await apply(diamond(), options);
    assert.unreachable();
  } catch (error) {
    assert.is((error as BoardsmithError).code, 'INTERRUPTED');
  }
  const next = harness(folder);
  const outputs = await apply(diamond(), next.options);
  assert.is(await readFile(join(outputs.get('joined')!, 'text'), 'utf8'), 'x+y');
  assert.not.ok(next.events.includes('start left'), 'left was finished before');
});

test('two builds at once on one cache do no harm', async ({ folder }) => {
  const [first, second] = [harness(folder), harness(folder)];
  const [a, b] = await Promise.all([apply(diamond(), first.options), apply(diamond(), second.options)]);
  assert.equal([...a], [...b]);
  assert.is(await readFile(join(a.get('joined')!, 'text'), 'utf8'), 'x+y');
  assert.equal(await readdir(join(folder, 'running')), []);
});

test('removes what a dead process left, and not what a live one is making', async ({ folder }) => {
  const cache = new StepCache(folder);
  const live = await cache.createWorkFolder();
  const [name = ''] = await readdir(join(folder, 'running'));
  const dead = name.replace(`.${process.pid}.`, '.4194999.');
  await writeFile(join(folder, 'running', dead), '');
  await cache.removeLeftovers();
  assert.equal(await readdir(join(folder, 'running')), [name]);
  await cache.discard(live);
});

test.run();
