import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('rooms');
const checkout = join(import.meta.dirname, '../..');
const cruiser = join(checkout, 'node_modules/.bin/depcruise');
const rules = join(checkout, '.dependency-cruiser.cjs');

test('no room imports what it may not', async () => {
  const { exitCode, all } = await execa('npm', ['run', '--silent', 'rooms'], {
    cwd: checkout,
    reject: false,
    all: true,
  });
  assert.is(exitCode, 0, all);
});

const offences: readonly (readonly [string, string, string])[] = [
  ['builder/recipe/a.ts', 'builder/steps/b.ts', 'builder-recipe-reaches-forward'],
  ['builder/plan/a.ts', 'builder/cli/b.ts', 'builder-plan-reaches-forward'],
  ['builder/steps/a.ts', 'qemu/b.ts', 'only-the-command-line-imports-every-room'],
  ['recipes/x/a.ts', 'builder/error/b.ts', 'recipes-stand-alone'],
  ['openwrt/a.ts', 'builder/steps/b.ts', 'openwrt-uses-recipe-and-rootfs'],
  ['openwrt/release/a.ts', 'builder/cli/b.ts', 'openwrt-base-builds-an-image'],
  ['openwrt/policy/a.ts', 'openwrt/release/b.ts', 'openwrt-policy-knows-no-base'],
  ['qemu/a.ts', 'builder/cli/b.ts', 'qemu-uses-outputs-and-policy'],
  ['builder/cli/a.ts', 'test/b.ts', 'nobody-imports-tests'],
  ['builder/utils/a.ts', 'builder/error/b.ts', 'builder-folder-without-a-place'],
];

for (const [from, to, rule] of offences) {
  test(`${from} may not import ${to}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'boardsmith-rooms-'));
    try {
      for (const file of [from, to]) await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, to), 'export const b = 1;\n');
      const target = `${'../'.repeat(from.split('/').length - 1)}${to}`;
      await writeFile(join(folder, from), `import { b } from './${target}';\nexport const a = b;\n`);
      await writeFile(
        join(folder, 'tsconfig.json'),
        '{"compilerOptions":{"allowImportingTsExtensions":true,"noEmit":true}}',
      );
      const { exitCode, stdout } = await execa(
        cruiser,
        ['--config', rules, '--output-type', 'err', from.split('/')[0]!],
        { cwd: folder, reject: false },
      );
      assert.ok(exitCode !== 0 && stdout.includes(rule), stdout);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test.run();
