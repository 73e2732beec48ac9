import type { FieldName } from './fields.ts';
import type { Element, Interval, NamedSet, Scalar } from './model.ts';

type Key = readonly (Scalar | Interval)[];

const base = { intervals: false, verdicts: false, each: null } as const;

/** A hash table: one lookup whatever its size. */
export const exactSet = (name: string, key: readonly FieldName[], keys: readonly Key[]): NamedSet => ({
  ...base,
  name,
  key,
  elements: keys.map((values) => ({ key: values })),
});

/** Keys of prefixes and ranges. */
export const intervalSet = (name: string, key: readonly FieldName[], keys: readonly Key[]): NamedSet => ({
  ...exactSet(name, key, keys),
  intervals: true,
});

/** Each element counts its packets and bytes. */
export const countingSet = (
  name: string,
  key: readonly FieldName[],
  intervals: boolean,
  elements: readonly Element[],
): NamedSet => ({ ...base, name, key, intervals, each: { kind: 'counter' }, elements });

export const verdictMap = (
  name: string,
  key: readonly FieldName[],
  intervals: boolean,
  elements: readonly Element[],
): NamedSet => ({ ...base, name, key, intervals, verdicts: true, elements });
