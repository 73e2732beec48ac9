import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeCapacity } from '../../../builder/burn/probe/probe-capacity.ts';
import { type CardFaults, SimulatedCard } from '../../support/card-simulator.ts';
import { mutatedModule } from '../../support/source-mutant.ts';

const test = suite('probe mutants');
const mebibyte = 1 << 20;
const gibibyte = 1 << 30;
const claimed = 32 * gibibyte;
const { signal } = new AbortController();

type Probe = typeof probeCapacity;

/** The real size that is found of a liar; null if it passes as honest. */
async function found(probe: Probe, faults: CardFaults, before?: (card: SimulatedCard) => void) {
  const card = new SimulatedCard(claimed, faults);
  before?.(card);
  const verdict = await probe(card.open(), { signal });
  return verdict.kind === 'counterfeit' ? verdict.realSize : null;
}

const plan = 'builder/burn/probe/probe-plan.ts';
/** A trick that is left out, where, what stands there instead, and a liar that then passes, or whose size is then told wrongly. */
const mutants: readonly (readonly [string, string, string, string, CardFaults, number])[] = [
  [
    'blocks close together for what wraps to fall on',
    plan,
    'near: [...near].filter(fits),',
    'near: [0],',
    // A plain sum of steps would meet a power of two all the same.
    { realSize: 7 * gibibyte + 11 * mebibyte, beyond: 'wraps' },
    7 * gibibyte + 11 * mebibyte,
  ],
  [
    'the farthest first',
    plan,
    'sort((a, b) => b - a),',
    'sort((a, b) => a - b),',
    { realSize: 1027 * mebibyte, beyond: 'wraps' },
    1027 * mebibyte,
  ],
  [
    'the last block',
    plan,
    'new Set<number>([last, ',
    'new Set<number>([',
    { realSize: claimed - 4096, beyond: 'zeros' },
    claimed - 4096,
  ],
  [
    'the last whole MiB',
    plan,
    'Math.floor(last / mebibyte) * mebibyte]',
    'last]',
    { realSize: claimed - mebibyte, beyond: 'wraps' },
    claimed - mebibyte,
  ],
  [
    'a beginning that stays in place',
    plan,
    'Math.min(step + keptHead, size)',
    'Math.min(step, size)',
    // The far step is 182 MiB: block 41 lands 7 MiB beyond the first of them.
    { realSize: (40 * 182 + 1) * mebibyte, beyond: 'wraps-past-head', head: 8 * mebibyte },
    (40 * 182 - 7) * mebibyte,
  ],
  [
    'driving out what the card remembers',
    'builder/burn/probe/probe-capacity.ts',
    'for (const { offset, length } of filler) {',
    'for (const { offset, length } of filler.slice(0, 0)) {',
    { realSize: 8 * gibibyte, beyond: 'zeros', cachedBytes: 8 * mebibyte },
    8 * gibibyte,
  ],
  [
    'searching for the end',
    'builder/burn/probe/probe-capacity.ts',
    "verdict.how !== 'drops') return verdict;",
    'verdict.how.length > 0) return verdict;',
    { realSize: 8 * gibibyte - 4096, beyond: 'noise' },
    8 * gibibyte - 4096,
  ],
  [
    'the block’s own offset',
    'builder/burn/probe/probe-block.ts',
    'head.writeBigUInt64LE(BigInt(offset), seedSize);\n    const counter = Buffer.alloc(16);\n    counter.writeBigUInt64LE(BigInt(offset));',
    'const counter = Buffer.alloc(16);',
    { realSize: 8 * gibibyte, beyond: 'wraps' },
    8 * gibibyte,
  ],
];

for (const [what, file, from, to, faults, realSize] of mutants) {
  test(`mutant: ${what}`, async () => {
    assert.is(await found(probeCapacity, { ...faults }), realSize);
    const mutant = (await import(mutatedModule({ file, from, to }, 'probe-capacity.ts'))) as {
      probeCapacity: Probe;
    };
    assert.is.not(await found(mutant.probeCapacity, { ...faults }), realSize);
  });
}

test('mutant: a new seed for each probe', async () => {
  // What an earlier probe wrote still lies there, and nothing new is kept.
  const again = async (probe: Probe): Promise<string> => {
    const card = new SimulatedCard(claimed);
    await probe(card.open(), { signal });
    const device = { ...card.open(), write: async (_: number, bytes: Uint8Array) => bytes.length };
    return (await probe(device, { signal })).kind;
  };
  assert.is(await again(probeCapacity), 'damaged');
  const mutation = {
    file: 'builder/burn/probe/probe-capacity.ts',
    from: 'options.seed ?? randomBytes(16)',
    to: 'options.seed ?? randomBytes(16).fill(0)',
  };
  const mutant = await import(mutatedModule(mutation, 'probe-capacity.ts'));
  assert.is(await again(mutant.probeCapacity), 'honest');
});

test.run();
