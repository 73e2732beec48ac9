/**
 * What a daemon may learn of the unit that it runs on, with the environment variable that holds it. Only what its recipe names in
 * `unit.receives`, and only if the unit has it.
 */
export const unitFacts = {
  serial: 'BOARDSMITH_SERIAL',
  cluster: 'BOARDSMITH_CLUSTER',
  position: 'BOARDSMITH_POSITION',
  /** Ed25519 public key, 64 lower-case hex digits. */
  'device-key': 'BOARDSMITH_DEVICE_KEY',
  /** Its seed, 64 lower-case hex digits: with it the daemon signs as the unit. */
  'device-seed': 'BOARDSMITH_DEVICE_SEED',
} as const;

export type UnitFact = keyof typeof unitFacts;

/** In the order of the table. */
export const unitFactNames = Object.keys(unitFacts) as readonly UnitFact[];
