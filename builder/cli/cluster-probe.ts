import { join } from 'node:path';
import { compileProbe } from '../../qemu/probe/compile-probe.ts';
import { InputStore } from '../lock/input-store.ts';
import type { Plan } from '../plan/step.ts';
import { stepKinds } from '../steps/all-kinds.ts';
import { apply } from '../steps/apply.ts';
import { StepCache } from '../steps/step-cache.ts';

/** Id of the step that unpacks the compiler of `init`. */
const compilerStep = 'unpack:zig';

/**
 * Compiles the probe that looks into a machine from inside, with the compiler that made the images of a plan.
 * @param folder for the program
 * @returns its path, or null for a plan without a compiler
 */
export async function compilePlansProbe(
  plan: Plan,
  cacheRoot: string,
  folder: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (!plan.steps.some(({ id }) => id === compilerStep)) return null;
  const cache = new StepCache(cacheRoot);
  return await cache.use(async () => {
    const wanted = { ...plan, images: [{ recipe: 'probe', board: 'probe', step: compilerStep }] };
    const inputs = new InputStore(cacheRoot, { network: true });
    const outputs = await apply(wanted, { cache, inputs, kinds: stepKinds, concurrency: 1, signal });
    const output = join(folder, 'probe');
    const zigRoot = outputs.get(compilerStep)!;
    await compileProbe({
      zigRoot,
      output,
      cacheDirectory: join(cacheRoot, 'compilers', 'init-program'),
      signal,
    });
    return output;
  });
}
