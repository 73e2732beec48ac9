import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  DecisionDiagram,
  everything,
  nothing,
  type SetId,
} from '../../../openwrt/proof/symbolic/decision-diagram.ts';
import { seededRandom } from '../../cxo/seeded-random.ts';

const test = suite('decision diagram');
const widths = [3, 4, 2, 5];
const vectors = widths.reduce<number[][]>(
  (found, width) =>
    found.flatMap((vector) => Array.from({ length: width }, (_, value) => [...vector, value])),
  [[]],
);

/** A random set, in the diagram and as a list of yes and no. */
function randomSet(diagram: DecisionDiagram, random: () => number): { set: SetId; holds: boolean[] } {
  let set: SetId = nothing;
  let holds = vectors.map(() => false);
  for (let boxes = 0; boxes < 4; boxes++) {
    let box: SetId = everything;
    const ranges = widths.map((width) => {
      const [a, b] = [Math.floor(random() * width), Math.floor(random() * width)];
      return [Math.min(a, b), Math.max(a, b)] as const;
    });
    for (let level = widths.length - 1; level >= 0; level--)
      box = diagram.inRuns(level, [ranges[level]!], box);
    const inBox = vectors.map((vector) =>
      vector.every((value, level) => ranges[level]![0] <= value && value <= ranges[level]![1]),
    );
    const removes = boxes === 3;
    set = removes ? diagram.minus(set, box) : diagram.or(set, box);
    holds = holds.map((held, index) => (removes ? held && !inBox[index] : held || inBox[index]!));
  }
  return { set, holds };
}

const contents = (diagram: DecisionDiagram, set: SetId): boolean[] =>
  vectors.map((vector) => diagram.has(set, (level) => vector[level]!));

test('operations are those of sets', () => {
  const diagram = new DecisionDiagram(widths);
  const random = seededRandom(7);
  for (let round = 0; round < 200; round++) {
    const a = randomSet(diagram, random);
    const b = randomSet(diagram, random);
    assert.equal(contents(diagram, a.set), a.holds);
    assert.equal(
      contents(diagram, diagram.and(a.set, b.set)),
      a.holds.map((held, index) => held && b.holds[index]!),
    );
    assert.equal(
      contents(diagram, diagram.or(a.set, b.set)),
      a.holds.map((held, index) => held || b.holds[index]!),
    );
    assert.equal(
      contents(diagram, diagram.minus(a.set, b.set)),
      a.holds.map((held, index) => held && !b.holds[index]!),
    );
  }
});

test('equal sets are one number', () => {
  const diagram = new DecisionDiagram(widths);
  const random = seededRandom(11);
  for (let round = 0; round < 200; round++) {
    const a = randomSet(diagram, random).set;
    const b = randomSet(diagram, random).set;
    assert.is(diagram.or(diagram.minus(a, b), diagram.and(a, b)), a);
    assert.is(diagram.union([a, b, a]), diagram.or(b, a));
  }
});

test('a forgotten component has any value', () => {
  const diagram = new DecisionDiagram(widths);
  const random = seededRandom(13);
  for (let round = 0; round < 100; round++) {
    const { set, holds } = randomSet(diagram, random);
    for (let level = 0; level < widths.length; level++) {
      const wanted = vectors.map((vector) =>
        vectors.some(
          (other, index) => holds[index] && other.every((value, at) => at === level || value === vector[at]),
        ),
      );
      assert.equal(contents(diagram, diagram.forget(set, level)), wanted);
    }
  }
});

test('a picked vector is in the set', () => {
  const diagram = new DecisionDiagram(widths);
  const random = seededRandom(17);
  for (let round = 0; round < 200; round++) {
    const { set } = randomSet(diagram, random);
    const vector = diagram.pick(set, (_, runs) => runs.at(-1)![1]);
    if (set === nothing) assert.is(vector, null);
    else assert.ok(diagram.has(set, (level) => vector!.get(level) ?? 0));
  }
});

test('it grows', () => {
  const wide = new DecisionDiagram([5000, 5000]);
  const sets = Array.from({ length: 5000 }, (_, value) =>
    wide.inRuns(0, [[value, value]], wide.inRuns(1, [[value, value]], everything)),
  );
  const diagonal = wide.union(sets);
  assert.ok(wide.has(diagonal, () => 4321));
  assert.not(wide.has(diagonal, (level) => level));
  assert.is(wide.union([...sets].reverse()), diagonal);
});

test.run();
