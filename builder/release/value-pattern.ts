/**
 * The regular expression that all of a unit's value must match.
 * @param pattern as a release's manifest has it
 * @throws SyntaxError if it is none
 */
export function valuePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}
