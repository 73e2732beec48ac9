import { type ZoneName, zoneName } from './model/uci-values.ts';

/** A board's zone, which is the logical interface too. Boards' names have no underscores, so no two boards get one zone. */
export function zoneOfBoard(name: string): ZoneName {
  return zoneName(name.replaceAll('-', '_'));
}

export const uplinkZone: ZoneName = zoneName('uplink');
