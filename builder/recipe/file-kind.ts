import type { Rule } from './rule.ts';
import type { SchemaCheck } from './schema/compile-schema.ts';
import type { RootSchema } from './schema/schema-node.ts';
import type { Path } from './yaml/position.ts';

/** What makes a recipe a recipe, or a board a board: how its YAML becomes a resolved value. */
export interface FileKind<Fields extends object, Facts, Resolved extends object> {
  readonly schema: RootSchema;
  readonly checkShape: SchemaCheck;
  /** One function a field: the value in the file, which fits the schema (undefined: left out), with defaults and in plain units. */
  readonly normalise: { readonly [Name in keyof Fields]: (written: unknown) => Fields[Name] };
  /** What rules and `resolve` need to know beyond sound fields. @param file absolute @param written the whole file, of any shape */
  gatherFacts(file: string, written: unknown): Promise<Facts>;
  readonly rules: readonly Rule<Fields, Facts>[];
  /** @param placeOf line and column (from 1) of what stands at a path, or else above it */
  resolve(fields: Fields, facts: Facts, placeOf: (path: Path) => LinePlace): Resolved;
}

export interface LinePlace {
  readonly line: number;
  readonly column: number;
}
