type Path = readonly (string | number)[];

/** Every value in a JSON value that holds no other, by its path; empty lists and objects too. */
export function leaves(value: unknown, path: Path = []): { readonly path: Path; readonly value: unknown }[] {
  if (value === null || typeof value !== 'object' || Object.keys(value).length === 0)
    return [{ path, value }];
  return Object.entries(value).flatMap(([name, member]) =>
    leaves(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** A copy in which the value at a path is another one. @param value undefined takes it out, of a list too */
export function withValue<Value>(whole: Value, path: Path, value: unknown): Value {
  const copy = structuredClone(whole);
  let parent = copy as Record<string | number, unknown>;
  for (const name of path.slice(0, -1)) parent = parent[name] as typeof parent;
  const last = path.at(-1)!;
  if (value === undefined && Array.isArray(parent)) parent.splice(Number(last), 1);
  else parent[last] = value;
  return copy;
}

/** A value of the same shape that is not the same: a digit, letter or bit of it is another. */
export function otherValue(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  if (Array.isArray(value)) return ['x'];
  const text = String(value);
  // The last character, so that a path stays one and a name does too.
  const last = text.at(-1) ?? '';
  return text.slice(0, -1) + (/[0-8]/.test(last) ? String(Number(last) + 1) : last === 'a' ? 'b' : 'a');
}
