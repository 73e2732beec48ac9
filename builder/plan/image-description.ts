import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { runtimeOf } from '../runtime/program-facts.ts';

/** What an image says of itself, for a person who has neither its recipe nor its board. */
export interface ImageDescription {
  readonly recipe: string;
  readonly board: string;
  /** YYYY-MM-DD of the lock. */
  readonly date: string;
  /** What the daemon may do, line by line: names for people, values of JSON. */
  readonly cage: Readonly<Record<string, unknown>>;
}

/** On a boot partition: nothing loads it, so it costs neither memory nor time. */
export const descriptionPath = '/boardsmith.json';

/** As init was compiled to do it: the same fields of recipe and board. */
export function describeImage(recipe: ResolvedRecipe, board: ResolvedBoard, date: string): ImageDescription {
  const { runtime, ports, connects, capabilities, systemCalls, memoryLimitMiB, data, needs } = recipe;
  return {
    recipe: recipe.name,
    board: board.name,
    date,
    cage: {
      program: `/usr/bin/${recipe.name}`,
      runtime: titleOf(runtime),
      arguments: recipe.arguments,
      'listens on': ports.map(({ protocol, port }) => `${protocol} ${port}`),
      connects: connects.flatMap(({ protocol, ports }) => ports.map((port) => `${protocol} ${port}`)),
      'looks up names': needs.dns,
      'needs the time': needs.time,
      capabilities,
      'system calls beyond its runtime’s': systemCalls,
      'memory in MiB': memoryLimitMiB,
      'writes to': data === null ? [] : ['/data'],
      'kept of a crash': keptOfCrash(board),
      environment: Object.keys(recipe.environment),
      'settings of a unit': recipe.unit.settings.map(({ name }) => name),
      'secrets of a unit': recipe.unit.secrets.map(({ name }) => name),
    },
  };
}

function titleOf(kind: ResolvedRecipe['runtime']): string {
  const runtime = runtimeOf(kind);
  return runtime === null ? 'none: one static program of C' : `${runtime.title} ${runtime.version}`;
}

function keptOfCrash({ lastWords }: ResolvedBoard): string[] {
  const daemon = 'the daemon’s last lines, in the state partition';
  if (lastWords === null) return [daemon];
  const { address, size } = lastWords;
  return [daemon, `the kernel’s last words, in ${size >> 10} KiB of memory at 0x${address.toString(16)}`];
}
