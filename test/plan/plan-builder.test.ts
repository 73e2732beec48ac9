import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson } from '../../builder/plan/canonical-json.ts';
import { PlanBuilder } from '../../builder/plan/plan-builder.ts';
import type { StepInput } from '../../builder/plan/step.ts';

const test = suite('plan builder');

interface Variation {
  readonly implementation?: string;
  readonly parameter?: number;
  readonly sourceSha?: string;
  readonly sourceRoot?: string;
  readonly lockSha?: string;
}

function keyOfLast({
  implementation = 'i',
  parameter = 1,
  sourceSha = 's',
  sourceRoot = '/a',
  lockSha = 'l',
}: Variation): string {
  const builder = new PlanBuilder({ one: implementation, two: 'j' });
  const source: StepInput = {
    from: 'source',
    label: 'recipe',
    root: sourceRoot,
    files: [{ path: 'daemon.ts', sha256: sourceSha }],
  };
  const locked: StepInput = {
    from: 'lock',
    entries: [
      {
        id: 'npm:a@1',
        entry: { kind: 'npm', name: 'a', version: '1', size: 1, sha256: lockSha, integrity: '' },
      },
    ],
  };
  const first = builder.add({
    id: 'first',
    kind: 'one',
    title: '',
    parameters: { parameter },
    inputs: { source, locked },
  });
  builder.add({ id: 'last', kind: 'two', title: '', parameters: {}, inputs: { first } });
  return builder.build().steps[1]!.key;
}

test('a key depends on everything that shapes the output, also through other steps', () => {
  const same = keyOfLast({});
  assert.is(keyOfLast({}), same);
  for (const changed of [{ implementation: 'x' }, { parameter: 2 }, { sourceSha: 'x' }, { lockSha: 'x' }]) {
    assert.is.not(keyOfLast(changed), same, JSON.stringify(changed));
  }
});

test('a key does not depend on where the sources lie', () => {
  assert.is(keyOfLast({ sourceRoot: '/elsewhere' }), keyOfLast({}));
});

test('equal steps are kept once, different ones of one name are refused', () => {
  const builder = new PlanBuilder({ one: 'i' });
  const draft = { id: 'a', kind: 'one', title: '', parameters: { n: 1 }, inputs: {} };
  builder.add(draft);
  builder.add({ ...draft });
  assert.is(builder.build().steps.length, 1);
  assert.throws(() => builder.add({ ...draft, parameters: { n: 2 } }), /two different steps/);
});

test('canonical JSON sorts keys at every depth and keeps arrays', () => {
  assert.is(canonicalJson({ b: [{ d: 1, c: 'x' }], a: null }), '{"a":null,"b":[{"c":"x","d":1}]}');
  assert.throws(() => canonicalJson(() => 1), TypeError);
  // Keys that look like numbers are sorted as texts too; what is empty stays on its line, as JSON.stringify writes it.
  const value = { b: [1, { d: 'x', c: [] }], a: {}, 10: null, 9: undefined, 2: true };
  const text =
    '{\n  "10": null,\n  "2": true,\n  "a": {},\n  "b": [\n    1,\n    {\n      "c": [],\n      "d": "x"\n    }\n  ]\n}';
  assert.is(canonicalJson(value, '  '), text);
  assert.is(JSON.stringify(JSON.parse(canonicalJson(value))), JSON.stringify(JSON.parse(text)));
});

test.run();
