import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { planWipe } from '../../../builder/burn/wipe/plan-wipe.ts';
import { mutatedModule } from '../../support/source-mutant.ts';

const test = suite('wipe mutants');
const mebibyte = 1 << 20;
const cardSize = 2048 * mebibyte;
const sizes = [
  ['boot-a', 64],
  ['root-a', 128],
  ['boot-b', 64],
  ['root-b', 128],
  ['state', 8],
  ['identity', 4],
  ['data', 32],
] as const;

let end = 4 * mebibyte;
const partitions = sizes.map(([name, size]) => {
  const offset = end;
  end += size * mebibyte;
  return { name: name as string, offset, size: size * mebibyte };
});
const at = Object.fromEntries(partitions.map(({ name, offset }) => [name, offset]));
const block = (offset: number) => ({ first: offset / 4096, last: offset / 4096, sha256: '' });
const image = {
  raw: { size: end + mebibyte, sha256: '' },
  partitions,
  mapped: [
    block(0),
    block(at['boot-a']!),
    block(at['root-a']! + 40 * mebibyte),
    block(at.data!),
    block(end + mebibyte - 4096),
  ],
};

type Plan = typeof planWipe;
const clears = (plan: Plan, offset: number): boolean =>
  plan(image, cardSize).some((one) => one.offset <= offset && offset < one.offset + one.length);

const plan = 'builder/burn/wipe/plan-wipe.ts';
const places = 'builder/burn/wipe/old-signatures.ts';
/** A rule that is left out, where, what stands there instead, and a byte that an old card then keeps. */
const mutants: readonly (readonly [string, string, string, string, number])[] = [
  [
    'the card’s own signatures',
    plan,
    '...signaturePlaces({ offset: 0, length: cardSize }), ',
    '',
    cardSize - 512,
  ],
  ['copies of an ext4 over the card', plan, '...ext4Copies(0, cardSize)', '', 5 * 128 * mebibyte],
  ['old boot loaders', plan, '{ offset: 0, length: firstPartition }, ', '', 3 * mebibyte],
  [
    'what the table leaves empty',
    plan,
    ', { offset: lastEnd, length: image.raw.size - lastEnd }',
    '',
    end + mebibyte / 2,
  ],
  ['signatures of partitions', plan, '...signaturePlaces(place), ', '', at['root-b']! + 65536],
  ['what file systems rely on', plan, ', ...reliedOn(name, place, content)', '', at.data! + 20 * mebibyte],
  [
    'copies in a data partition that grew',
    plan,
    "if (name === 'data')",
    "if (name === '')",
    at.data! + 128 * mebibyte,
  ],
  ['state', plan, '/^(boot|root)-/', '/^(boot|root)-|state/', at.state! + 5 * mebibyte],
  ['a slot that is used', plan, 'isSlot && last === undefined', 'isSlot', at['boot-a']! + 30 * mebibyte],
  [
    'what a tree of hashes covers',
    plan,
    'last.offset + last.length - place.offset',
    'last.length',
    at['root-a']! + 20 * mebibyte,
  ],
  ['heads', places, 'length: Math.min(head, length)', 'length: 4096', at['boot-b']! + 65536],
  [
    'tails',
    places,
    '[...places, { offset: offset + start, length: length - start }]',
    'places',
    at['root-b']! + 128 * mebibyte - 512,
  ],
  [
    'copies beyond the head',
    places,
    '[1, 2, 4, 64].map',
    '([] as number[]).map',
    at['root-b']! + 4 * mebibyte,
  ],
];

for (const [what, file, from, to, offset] of mutants) {
  test(`mutant: ${what}`, async () => {
    assert.ok(clears(planWipe, offset));
    const mutant = (await import(mutatedModule({ file, from, to }, 'plan-wipe.ts'))) as { planWipe: Plan };
    assert.not.ok(clears(mutant.planWipe, offset));
  });
}

test.run();
