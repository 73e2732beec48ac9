import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { cString } from '../../builder/init/c-literal.ts';
import { guidBytes } from '../../builder/init/guid-bytes.ts';
import { planSource } from '../../builder/init/plan-source.ts';
import { ordinaryNetwork } from '../../builder/recipe/machine-network.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { matchesGolden } from '../support/golden.ts';
import { probeBoard, probeFacts, probeRecipe } from './probe-appliance.ts';

function plan(change: Partial<ResolvedRecipe> = {}): string {
  return planSource({ ...probeRecipe, ...change }, probeBoard, probeFacts);
}

test('a plan is C data', () => {
  matchesGolden('init/plan.c', plan());
});

test('a plan for a recipe and a board that need nothing', () => {
  const { data: _, ...rest } = probeRecipe;
  const recipe: ResolvedRecipe = {
    ...rest,
    data: null,
    arguments: [],
    ports: [],
    environment: {},
    readiness: 'ports',
    startTimeoutSeconds: 30,
    capabilities: ['net_admin', 'net_bind_service'],
    needs: { dns: false, time: false },
    health: { kind: 'listen', intervalSeconds: 1, timeoutSeconds: 1, failures: 1 },
  };
  const board = { ...probeBoard, watchdog: null, lastWords: null, powerButton: false, patience: 3 };
  matchesGolden('init/plan-bare.c', planSource(recipe, board, { ...probeFacts, slot: 'b', moduleFiles: [] }));
});

test('C strings hold any bytes and cannot be left', () => {
  assert.is(cString('plain_Text-1.2/3'), '"plain_Text-1.2/3"');
  assert.is(cString('a"b\\c'), '"a\\042b\\134c"');
  assert.is(cString('\n1'), '"\\0121"');
  assert.is(cString('??/'), '"\\077\\077/"');
  assert.is(cString('é'), '"\\303\\251"');
  assert.throws(() => cString('a\0b'), /NUL/);
});

test('GUIDs are in the order of the disk', () => {
  const bytes = guidBytes('01020304-0506-0708-090a-0B0C0D0E0F10');
  assert.equal(bytes, [4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16]);
  assert.throws(() => guidBytes('01020304-0506-0708-090a'), /not a GUID/);
});

test('the environment of init wins where it must, the recipe where it may', () => {
  const source = plan({ environment: { HOME: '/tmp', BOARDSMITH_READY_FD: '1' } });
  assert.match(source, '"HOME=/tmp"');
  assert.match(source, '"BOARDSMITH_READY_FD=3"');
});

const refused: readonly (readonly [string, Partial<ResolvedRecipe>])[] = [
  [
    'a health check on a port that is not there',
    { health: { ...probeRecipe.health, port: 'nope' } as never },
  ],
  ['a health check on a UDP port', { health: { ...probeRecipe.health, port: 'discovery' } as never }],
  ['a health path with a line end', { health: { ...probeRecipe.health, path: '/a\r\nX: y' } as never }],
  [
    'a health path that is too long',
    { health: { ...probeRecipe.health, path: `/${'x'.repeat(400)}` } as never },
  ],
  ['more ports than init holds', { ports: Array.from({ length: 33 }, () => probeRecipe.ports[0]!) }],
  ['a NUL in an argument', { arguments: ['a\0b'] }],
  ['a memory limit that is no whole number', { memoryLimitMiB: 1.5 }],
];
for (const [name, change] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => plan(change),
      (error: unknown) => error instanceof BoardsmithError && error.code === 'STEP_FAILED',
    );
  });
}

test('a router without a ruleset is refused: it would forward everything', () => {
  const router = {
    links: [],
    forwarded: ['ipv4'],
    connections: 1024,
    timeServers: [],
    servesTime: false,
  } as const;
  const network = { ...ordinaryNetwork, router };
  assert.throws(
    () => planSource(probeRecipe, probeBoard, { ...probeFacts, network }),
    /init cannot be made for probe: a router without a ruleset/,
  );
});

test.run();
