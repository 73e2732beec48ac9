import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleDaemon } from '../../builder/steps/kinds/bundle-daemon.ts';
import { installedEsbuild } from '../support/installed-esbuild.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('step: bundle-daemon');

async function mistakeIn(root: string): Promise<string> {
  const copy = temporaryFolder('copy');
  writeFileSync(join(copy, 'daemon.ts'), "\nimport 'missing';\n");
  const esbuild = installedEsbuild();
  const running = bundleDaemon.run({
    step: {
      id: 'bundle:trial',
      kind: 'bundle-daemon',
      key: '0'.repeat(64),
      title: 'bundle trial',
      parameters: { entry: { kind: 'source', path: 'daemon.ts' }, runtime: 'node' },
      inputs: {
        sources: {
          from: 'source',
          label: 'recipe/trial',
          root,
          files: [{ path: 'daemon.ts', sha256: '' }],
        },
      },
    },
    folder: (input) => (input === 'esbuild' ? esbuild : copy),
    files: () => [],
    output: temporaryFolder('output'),
    scratch: temporaryFolder('scratch'),
    compilerCache: temporaryFolder('compiler-cache'),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const error = await rejectedWith(running, 'STEP_FAILED', /cannot be bundled/);
  return error.problems[0]!;
}

test('names a mistake by the path of the file that a person edits', async () => {
  const elsewhere = temporaryFolder('recipe');
  for (const [root, shown] of [
    [elsewhere, join(elsewhere, 'daemon.ts')],
    [join(process.cwd(), 'recipes/trial'), 'recipes/trial/daemon.ts'],
    [process.cwd(), 'daemon.ts'],
  ] as const) {
    const mistake = await mistakeIn(root);
    assert.ok(mistake.startsWith(`${shown}:2:8: `), mistake);
  }
});

test.run();
