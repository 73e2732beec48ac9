import type { Capability, Connection, HealthCheck, Port, UnitProvision } from '../resolved-recipe.ts';
import { ruleMaker } from '../rule.ts';
import type { RuntimeName } from '../runtime-name.ts';
import type { RecipeFacts } from './recipe-facts.ts';

/** The fields of recipe.yaml, by their names there, with defaults filled in; sizes in bytes, durations in seconds. */
export interface RecipeFields {
  readonly name: string;
  readonly description: string;
  readonly runtime: RuntimeName;
  readonly entry: EntryText;
  readonly bin: string | null;
  readonly arguments: readonly string[];
  readonly ports: readonly Port[];
  readonly environment: Readonly<Record<string, string>>;
  readonly memory: number;
  readonly data: { readonly minimum: number } | null;
  /** Bytes; null for no limit. */
  readonly budgets: { readonly program: number | null };
  readonly health: HealthCheck;
  readonly readiness: 'descriptor' | 'ports';
  readonly startTimeout: number;
  readonly stopTimeout: number;
  readonly needs: { readonly dns: boolean; readonly time: boolean };
  readonly connects: readonly Connection[];
  readonly capabilities: readonly Capability[];
  readonly systemCalls: readonly string[];
  readonly unit: UnitProvision;
}

/** What `entry` says, taken apart but not checked. */
export type EntryText =
  | { readonly kind: 'source'; readonly path: string }
  | { readonly kind: 'npm'; readonly package: string; readonly version: string };

export const recipeRule = ruleMaker<RecipeFields, RecipeFacts>();
