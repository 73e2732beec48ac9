import type { ResolvedRecipe } from '../../recipe/resolved-recipe.ts';
import { callsOfRuntime } from '../../recipe/system-calls/allowed.ts';
import { type LimitedCall, limitedCalls } from '../../recipe/system-calls/limited.ts';
import { absentCalls, absentForRuntime, neverCalls } from '../../recipe/system-calls/never.ts';
import { systemCallNumbers } from '../../recipe/system-calls/numbers.ts';
import { assemble, type Instruction, returnWith, testArguments, testPointer } from './instructions.ts';

/** SECCOMP_RET_* of include/uapi/linux/seccomp.h. */
export const verdict = {
  allow: 0x7fff_0000,
  killProcess: 0x8000_0000,
  /** @param errno answered by the call, which is not made */
  errno: (errno: number): number => 0x0005_0000 | errno,
} as const;

/** As a kernel without that call answers: runtimes then take an older way. */
const ENOSYS = 38;

/**
 * Where init lays the daemon's path, and from where alone execve takes it. Below vm.mmap_min_addr: nothing can be mapped there without
 * CAP_SYS_RAWIO, so once the daemon runs no program can be named.
 */
export const programPathAddress = 8;

/**
 * The seccomp filter of a recipe's daemon: what its runtime and its recipe name is allowed, what no daemon may ends it, everything else does not exist.
 * @returns struct sock_filter each, at most 4096 (BPF_MAXINSNS)
 * @throws RangeError for a call that arm64 does not have; the rules of a recipe should have refused it
 */
export function filterProgram(
  recipe: Pick<ResolvedRecipe, 'runtime' | 'capabilities' | 'systemCalls'>,
): Instruction[] {
  const leaves = new Map<number, Instruction[]>();
  const say = (calls: readonly string[], leaf: (call: string) => Instruction[]): void => {
    for (const call of calls) leaves.set(numberOf(call), leaf(call));
  };
  const limited = limitedCalls(recipe.capabilities, recipe.runtime);
  say([...callsOfRuntime(recipe.runtime), ...recipe.systemCalls], (call) => {
    const limits = limited[call];
    return limits === undefined ? [returnWith(verdict.allow)] : limitedLeaf(limits);
  });
  say(namesOf(absentCalls), () => [returnWith(verdict.errno(ENOSYS))]);
  say(namesOf(neverCalls), () => [returnWith(verdict.killProcess)]);
  say(namesOf(absentForRuntime[recipe.runtime]), () => [returnWith(verdict.errno(ENOSYS))]);
  say(['execve'], () =>
    testPointer(0, programPathAddress, [returnWith(verdict.allow)], [returnWith(verdict.killProcess)]),
  );
  return assemble(leaves, [returnWith(verdict.errno(ENOSYS))], [returnWith(verdict.killProcess)]);
}

function limitedLeaf({ allowed, errno }: LimitedCall): Instruction[] {
  return [
    ...allowed.flatMap((tests) => testArguments(tests, [returnWith(verdict.allow)])),
    returnWith(verdict.errno(errno)),
  ];
}

function namesOf(groups: Readonly<Record<string, { readonly calls: readonly string[] }>>): string[] {
  return Object.values(groups).flatMap(({ calls }) => calls);
}

function numberOf(call: string): number {
  const number = systemCallNumbers[call];
  if (number === undefined) throw new RangeError(`Linux on arm64 has no system call ${call}`);
  return number;
}
