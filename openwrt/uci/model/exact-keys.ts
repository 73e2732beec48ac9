/**
 * Refuses a key that a section does not have, for callers without types: firewall4 warns of an unknown option and emits the rule without it.
 * @throws TypeError
 */
export function requireExactKeys(
  what: string,
  value: object,
  required: readonly string[],
  optional: readonly string[] = [],
): void {
  const keys = Object.keys(value);
  const unknown = keys.find((key) => !required.includes(key) && !optional.includes(key));
  if (unknown !== undefined) throw new TypeError(`${what} has no ${unknown}`);
  const missing = required.find((key) => (value as Record<string, unknown>)[key] === undefined);
  if (missing !== undefined) throw new TypeError(`${what} lacks ${missing}`);
}
