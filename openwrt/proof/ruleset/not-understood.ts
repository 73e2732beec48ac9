/** Thrown within the reader for what it has no meaning for. The reader of a whole ruleset gathers them; none leaves it. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';
  constructor(what: string, json: unknown) {
    super(`${what}: ${JSON.stringify(json)}`);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

export function readObject(json: unknown, what: string): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new NotUnderstood(`${what} is not an object`, json);
  return json as JsonObject;
}

/** The object, if it has all of `required`, and besides them nothing but `optional`. An unknown key is not passed over: it could be a restriction. */
export function readKeys(
  json: unknown,
  what: string,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  const object = readObject(json, what);
  const strange = Object.keys(object).filter((key) => !required.includes(key) && !optional.includes(key));
  if (strange.length > 0)
    throw new NotUnderstood(`${what} with "${strange.join('", "')}" is not understood`, json);
  const missing = required.filter((key) => !Object.hasOwn(object, key));
  if (missing.length > 0)
    throw new NotUnderstood(`${what} without "${missing.join('", "')}" is not understood`, json);
  return object;
}

export function readString(json: unknown, what: string): string {
  if (typeof json !== 'string') throw new NotUnderstood(`${what} is not a text`, json);
  return json;
}

export function readInteger(json: unknown, what: string): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json))
    throw new NotUnderstood(`${what} is not a whole number`, json);
  return json;
}

export function readArray(json: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new NotUnderstood(`${what} is not a list`, json);
  return json;
}

export function readOneOf<const T extends string>(json: unknown, known: readonly T[], what: string): T {
  if (!known.includes(json as T)) throw new NotUnderstood(`${what} is not understood`, json);
  return json as T;
}

/** An object with one key, as statements and expressions are: its name and what stands below it. */
export function readTagged(json: unknown, what: string): readonly [string, unknown] {
  const entries = Object.entries(readObject(json, what));
  if (entries.length !== 1) throw new NotUnderstood(`${what} is not understood`, json);
  return entries[0]!;
}
