import type { Step } from '../../plan/step.ts';
import { pendingSteps } from '../../steps/apply.ts';
import { StepCache } from '../../steps/step-cache.ts';
import {
  addRouterOption,
  type ClusterOptions,
  routerWords,
  selectRecipesOrCluster,
} from '../cluster-selection.ts';
import { everyStepKind } from '../every-step-kind.ts';
import { formatTable } from '../format.ts';
import { addSelectionOptions, selectionWords } from '../image-selection.ts';
import { sayNext } from '../next-command.ts';
import { paint } from '../paint.ts';
import { describeInput } from '../plan-text.ts';
import { cacheFolder } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

interface PlanOptions extends ClusterOptions {
  readonly cache?: string;
  readonly json?: true;
}

/** `boardsmith plan`: what a build would do, without doing it. */
export const plan: Verb = {
  define(program, terminal) {
    const command = describeVerb(
      program,
      'plan <recipe...>',
      'print the steps of a build (of recipes, or of a cluster) with their inputs and keys, and which are cached; changes nothing',
      'boardsmith plan cxo --board qemu-virt',
    );
    addRouterOption(addSelectionOptions(command))
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option('--json', 'print the plan as one JSON object')
      .action(async (recipes: string[], options: PlanOptions) => {
        const { plan } = await selectRecipesOrCluster(terminal, recipes, options, 'plan');
        const cache = new StepCache(cacheFolder(terminal, options.cache));
        const pending = new Set(pendingSteps(plan, cache).map((step) => step.id));
        if (options.json) {
          const steps = plan.steps.map((step) => ({
            ...step,
            cached: cache.has(step.key),
            runs: pending.has(step.id),
            ...(costOf(step) === undefined ? {} : { cost: costOf(step) }),
          }));
          terminal.out(JSON.stringify({ id: plan.id, images: plan.images, steps }, withoutHostPaths, 2));
          return;
        }
        const color = paint(terminal);
        for (const step of plan.steps) {
          const state = cache.has(step.key) ? 'cached' : pending.has(step.id) ? 'to run' : 'not needed';
          terminal.out(`${color.bold(step.id)}  ${step.title}`);
          terminal.out(
            `  ${step.key.slice(0, 16)}  ${state === 'to run' ? color.yellow(withCost(state, step)) : color.dim(state)}`,
          );
          const rows = Object.entries(step.inputs).map(([name, input]) => [name, describeInput(input)]);
          for (const row of formatTable(rows)) terminal.out(`    ${row}`);
        }
        terminal.out(
          `plan ${plan.id.slice(0, 16)}: ${plan.steps.length} steps, ${pending.size} to run, ${plan.images.length} image${plan.images.length === 1 ? '' : 's'}`,
        );
        sayNext(terminal, 'build', ...recipes, ...routerWords(options), ...selectionWords(options));
      });
  },
};

function costOf(step: Step): string | undefined {
  return everyStepKind.get(step.kind)?.cost;
}

function withCost(state: string, step: Step): string {
  const cost = costOf(step);
  return cost === undefined ? state : `${state}, ${cost}`;
}

/** Folders of this machine are no part of a plan: the same plan must read the same everywhere. */
function withoutHostPaths(name: string, value: unknown): unknown {
  return name === 'root' ? undefined : value;
}
