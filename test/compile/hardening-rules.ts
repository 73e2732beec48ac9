import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelOptions } from '../../builder/compile/kernel-fragment.ts';

interface Condition {
  readonly option: string;
  readonly value: string;
}

export interface HardeningRule {
  /** Its first option, without CONFIG_. */
  readonly name: string;
  /** One of these must hold, with all of its conditions. */
  readonly alternatives: readonly (readonly Condition[])[];
}

/** The rules of hardening-rules.txt. */
export function hardeningRules(): HardeningRule[] {
  const text = readFileSync(join(import.meta.dirname, 'hardening-rules.txt'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const alternatives = line.split(' | ').map((part) => part.split(' & ').map(condition));
    return { name: alternatives[0]![0]!.option, alternatives };
  });
}

function condition(text: string): Condition {
  const match = /^([A-Z0-9_]+)=(\S+)$/.exec(text);
  if (match === null) throw new Error(`not a condition: ${text}`);
  return { option: match[1]!, value: match[2]! };
}

/** Names of the rules that a configuration does not fulfil. */
export function unfulfilled(rules: readonly HardeningRule[], configuration: KernelOptions): string[] {
  const holds = ({ option, value }: Condition): boolean =>
    (configuration.get(`CONFIG_${option}`) ?? 'n') === value;
  return rules
    .filter(({ alternatives }) => !alternatives.some((conditions) => conditions.every(holds)))
    .map(({ name }) => name);
}
