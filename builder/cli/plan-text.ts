import type { StepInput } from '../plan/step.ts';

/** One line about an input of a step, for people. */
export function describeInput(input: StepInput): string {
  switch (input.from) {
    case 'step':
      return input.step;
    case 'lock':
      return listed(input.entries.map(({ id }) => id));
    case 'source':
      return listed(input.files.map(({ path }) => path));
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
