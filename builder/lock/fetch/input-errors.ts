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

/**
 * Inputs that are nowhere on this machine while the network is not to be used.
 * @param vendors the vendor folders that were looked through
 */
export function missingOffline(inputs: readonly LockedInput[], vendors: readonly string[]): BoardsmithError {
  const count = `${inputs.length} input${inputs.length === 1 ? '' : 's'}`;
  const places = ['the cache', ...vendors].join(' nor in ');
  return new BoardsmithError(
    'INPUT_UNAVAILABLE',
    `${count} ${inputs.length === 1 ? 'is' : 'are'} not in ${places}, and the network is not to be used`,
    {
      problems: inputs.map(({ id, entry }) => `${id} (sha256/${entry.sha256})`),
      hint:
        vendors.length === 0
          ? 'run the same command once with the network, or use a folder made by: boardsmith lock --vendor DIR'
          : `where the network can be used: boardsmith lock RECIPE --vendor ${vendors.at(-1)!}`,
    },
  );
}

/**
 * @param where what the bytes are: "what the registry sent", "the copy in the cache"
 * @param hint what helps, if that is not to fetch them again
 */
export function corrupt(
  input: LockedInput,
  where: string,
  difference: string,
  hint = `nothing of it was kept; run the same command again, and if it stays so: boardsmith lock --renew ${input.entry.name}`,
): BoardsmithError {
  return new BoardsmithError(
    'INPUT_CORRUPT',
    `${where} of ${input.id} is not what is locked: ${difference}`,
    { hint },
  );
}
