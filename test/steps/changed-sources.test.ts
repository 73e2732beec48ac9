import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PlanBuilder } from '../../builder/plan/plan-builder.ts';
import { snapshotSources } from '../../builder/plan/source-snapshot.ts';
import type { Plan } from '../../builder/plan/step.ts';
import { type ApplyOptions, apply, pendingSteps } from '../../builder/steps/apply.ts';
import { StepCache } from '../../builder/steps/step-cache.ts';
import type { StepContext } from '../../builder/steps/step-kind.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('sources that change while they are built');

/** A recipe's folder with two files, and its plan: one step that reads the inner one. */
function trial(): { root: string; cache: string; plan: Plan } {
  const root = temporaryFolder('sources');
  mkdirSync(join(root, 'inner'));
  writeFileSync(join(root, 'daemon.ts'), 'outer');
  writeFileSync(join(root, 'inner/part.ts'), 'planned');
  const builder = new PlanBuilder({ read: 'r1' });
  builder.add({
    id: 'read',
    kind: 'read',
    title: 'read',
    parameters: {},
    inputs: { sources: snapshotSources(root, 'recipe/trial', (path) => path.endsWith('.ts')) },
  });
  builder.addImage({ recipe: 'r', board: 'b', step: 'read' });
  return { root, cache: temporaryFolder('cache'), plan: builder.build() };
}

function build(
  cache: string,
  plan: Plan,
  whileItRuns = (_context: StepContext): void => {},
): Promise<ReadonlyMap<string, string>> {
  const run = async (context: StepContext): Promise<void> => {
    whileItRuns(context);
    const text = await readFile(join(context.folder('sources'), 'inner/part.ts'));
    await writeFile(join(context.output, 'text'), text);
  };
  const options: ApplyOptions = {
    cache: new StepCache(cache),
    inputs: { ensure: async () => [] },
    kinds: new Map([['read', { kind: 'read', run }]]),
    concurrency: 1,
    signal: new AbortController().signal,
  };
  return apply(plan, options);
}

for (const [what, change] of [
  ['saved anew', (file: string) => writeFileSync(file, 'changed')],
  ['removed', (file: string) => rmSync(file)],
] as const) {
  test(`a file ${what} between planning and building stops the build by its name`, async () => {
    const { root, cache, plan } = trial();
    const file = join(root, 'inner/part.ts');
    change(file);
    const error = await rejectedWith(build(cache, plan), 'FILE_UNUSABLE', /changed while it was built/);
    assert.match(error.message, file);
    assert.match(error.hint!, 'run the same command again');
    assert.is(pendingSteps(plan, new StepCache(cache)).length, 1, 'nothing was cached under the old key');
    assert.equal(readdirSync(join(cache, 'running')), []);
  });
}

test('a file saved while its step runs does not reach the output', async () => {
  const { root, cache, plan } = trial();
  const outputs = await build(cache, plan, () => writeFileSync(join(root, 'inner/part.ts'), 'changed'));
  assert.is(readFileSync(join(outputs.get('read')!, 'text'), 'utf8'), 'planned');
});

test('a step sees the files that its key names and no others', async () => {
  const { root, cache, plan } = trial();
  writeFileSync(join(root, 'late.ts'), 'not in the plan');
  let seen: string[] = [];
  await build(cache, plan, (context) => {
    seen = readdirSync(context.folder('sources'), { recursive: true }) as string[];
  });
  assert.equal(seen.sort(), ['daemon.ts', 'inner', 'inner/part.ts']);
});

test.run();
