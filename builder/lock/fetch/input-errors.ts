import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { LockedInput } from '../lock-format.ts';

/** Locked inputs that their registries no longer have. */
export class VanishedInputsError extends BoardsmithError {
  readonly vanished: readonly LockedInput[];

  constructor(vanished: readonly LockedInput[], details: readonly string[]) {
    const ids = vanished.map(({ id }) => id);
    const verb = ids.length === 1 ? 'is' : 'are';
    super('INPUT_UNAVAILABLE', `${ids.join(', ')} ${verb} gone from the registry\n${details.join('\n')}`, {
      hint: `boardsmith lock --renew ${vanished.map(({ entry }) => entry.name).join(' ')}`,
    });
    this.vanished = vanished;
  }
}

export function unreachable(input: LockedInput, detail: string): BoardsmithError {
  return new BoardsmithError('INPUT_UNAVAILABLE', `cannot fetch ${input.id}\n${detail}`, {
    hint: 'connect this machine to the network and run the same command again, or use a folder made by: boardsmith lock --vendor DIR',
  });
}

export function missingOffline(input: LockedInput): BoardsmithError {
  return new BoardsmithError(
    'INPUT_UNAVAILABLE',
    `${input.id} is not in the cache, and the network is not to be used`,
    {
      hint: 'run the same command once with the network, or use a folder made by: boardsmith lock --vendor DIR',
    },
  );
}

/** @param where what the bytes are: "what the registry sent", "the copy in the cache" */
export function corrupt(input: LockedInput, where: string, difference: string): BoardsmithError {
  return new BoardsmithError(
    'INPUT_CORRUPT',
    `${where} of ${input.id} is not what is locked: ${difference}`,
    {
      hint: `nothing of it was kept; run the same command again, and if it stays so: boardsmith lock --renew ${input.entry.name}`,
    },
  );
}
