import { performance } from 'node:perf_hooks';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';

/** Rounds of the loop below. */
const rounds = 10_000_000;
/** Milliseconds that the loop takes on the quiet 2-core machine on which the timeouts were chosen (24 were measured). */
const referenceMs = 25;
/** A loop that was lucky must not shorten a timeout; one that was disturbed once must not make a hang last for hours. */
const smallest = 1;
const largest = 20;

/**
 * How many times longer than on the reference machine things may take here: the factor for every timeout, never a verdict.
 * QEMU without hardware help is bound by one core's speed, so a loop on one core (integer arithmetic over 1 MiB, as a translated guest's
 * code is) is timed when a machine is started; its wall time also shows how busy this machine is just then.
 * @param environment `BOARDSMITH_TIMEOUT_SCALE` overrides the measurement
 * @throws BoardsmithError USAGE if that is no positive number
 */
export function timeoutScale(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  measure: () => number = measuredMs,
): number {
  const override = environment.BOARDSMITH_TIMEOUT_SCALE;
  if (override !== undefined && override !== '') {
    const scale = Number(override);
    if (!(scale > 0 && Number.isFinite(scale))) {
      throw new BoardsmithError('USAGE', `BOARDSMITH_TIMEOUT_SCALE is no positive number: ${override}`, {
        hint: 'set it to how many times longer things may take, e.g. 3, or unset it',
      });
    }
    return scale;
  }
  return Math.min(largest, Math.max(smallest, measure() / referenceMs));
}

/** Wall milliseconds of the loop, the second of two runs: the first one compiles it. */
function measuredMs(): number {
  const memory = new Uint32Array(1 << 18);
  loop(memory);
  const start = performance.now();
  loop(memory);
  return performance.now() - start;
}

/** xorshift32 (Marsaglia 2003), each number into a place that depends on it. */
function loop(memory: Uint32Array): number {
  let state = 2463534242;
  for (let round = 0; round < rounds; round += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    memory[state & (memory.length - 1)]! ^= state;
  }
  return memory[0]!;
}
