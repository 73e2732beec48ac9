/** Boards that run side by side for each core: emulated ones wait for each other more than for the world. */
const boardsPerCore = 2;
/** Left to this machine itself, in MiB. */
const reserveMiB = 1024;
/** Of each machine beside its guest's memory, in MiB: QEMU itself and the code that it has translated. Measured: up to 186. */
const emulatorMiB = 192;

export interface StageMachine {
  readonly cores: number;
  /** MiB that are free now. */
  readonly memoryMiB: number;
}

/** How many boards this machine runs beside the router. @param boardMiB of the largest board @param routerMiB of the router */
export function boardsAtOnce(
  { cores, memoryMiB }: StageMachine,
  boardMiB: number,
  routerMiB: number,
): number {
  // A kernel that fills pages when it frees them touches all of its memory.
  const fitting = Math.floor((memoryMiB - reserveMiB - routerMiB - emulatorMiB) / (boardMiB + emulatorMiB));
  return Math.max(0, Math.min(cores * boardsPerCore, fitting));
}

/**
 * Groups of at most so many boards, in which each two boards meet at least once. All boards at once, if they fit; else they are cut into parts of half a
 * group, and each two parts make one. Pure.
 * @param most at least 2 if there are several boards
 * @throws RangeError if no two would fit
 */
export function boardGroups(names: readonly string[], most: number): string[][] {
  if (names.length <= most) return [[...names]];
  if (most < 2) throw new RangeError(`${most} boards at once never meet`);
  const half = Math.floor(most / 2);
  const parts = Array.from({ length: Math.ceil(names.length / half) }, (_, index) =>
    names.slice(index * half, (index + 1) * half),
  );
  return parts.flatMap((part, index) => parts.slice(index + 1).map((other) => [...part, ...other]));
}
