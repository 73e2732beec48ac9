import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlanBuilder } from '../../../builder/plan/plan-builder.ts';
import type { StepInput } from '../../../builder/plan/step.ts';
import { apply } from '../../../builder/steps/apply.ts';
import { StepCache } from '../../../builder/steps/step-cache.ts';

/**
 * A build of eight steps that each write two files with a pause in between, for tests that kill it. Prints one line an event;
 * ends with `result FOLDER`. SIGINT stops it as Ctrl-C stops the command.
 */
const [cacheFolder = ''] = process.argv.slice(2);
const builder = new PlanBuilder({ slow: 's' });
let previous: Record<string, StepInput> = {};
for (let number = 1; number <= 8; number += 1) {
  const title = `step-${number}`;
  previous = {
    previous: builder.add({ id: title, kind: 'slow', title, parameters: { number }, inputs: previous }),
  };
}
builder.addImage({ recipe: 'r', board: 'b', step: 'step-8' });

const interrupt = new AbortController();
process.on('SIGINT', () => interrupt.abort());
const slow = {
  kind: 'slow',
  run: async (context: { output: string; step: { parameters: Readonly<Record<string, unknown>> } }) => {
    const text = String(context.step.parameters.number);
    await writeFile(join(context.output, 'first'), text);
    await sleep(15);
    await writeFile(join(context.output, 'second'), text);
  },
};
try {
  const outputs = await apply(builder.build(), {
    cache: new StepCache(cacheFolder),
    inputs: { ensure: async () => [] },
    kinds: new Map([['slow', slow]]),
    concurrency: 2,
    signal: interrupt.signal,
    onEvent: (event) => console.log(`${event.type} ${'step' in event ? event.step.id : event.input.id}`),
  });
  console.log(`result ${outputs.get('step-8')}`);
} catch (error) {
  console.log(`error ${(error as { code?: string }).code}`);
  process.exitCode = 1;
}
