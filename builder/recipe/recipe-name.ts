/** A DNS label of at most 32 characters, as the schema has it. */
export const namePattern = '^[a-z]([a-z0-9-]*[a-z0-9])?$';
export const longestName = 32;

/** Processes of init (overlays/init), folders of `recipes/` and the loopback host: a daemon of such a name would be taken for them. */
export const takenNames: readonly string[] = [
  'init',
  'dhcp',
  'health',
  'log',
  'boards',
  'clusters',
  'localhost',
];

/** Whether an appliance can have this name. */
export function isRecipeName(name: string): boolean {
  return new RegExp(namePattern).test(name) && name.length <= longestName && !takenNames.includes(name);
}
