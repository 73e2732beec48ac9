import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { checkout, testTools } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('a build whose root holds what it must not');

/** Compiles a C program with the locked compiler. */
async function compiled(source: string, ...options: string[]): Promise<string> {
  const folder = temporaryFolder('offence');
  const cache = join(testTools, 'zig-cache');
  await writeFile(join(folder, 'program.c'), source);
  await execa(
    join(await lockedTool('zig'), 'ziglang/zig'),
    ['cc', '-Os', ...options, 'program.c', '-o', 'program'],
    {
      cwd: folder,
      env: { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
    },
  );
  return join(folder, 'program');
}

/** A text, or the path of a file. */
type Content = string | { readonly file: string };

const nothing = 'int main(void) { return 0; }\n';

/**
 * Offences that slip in by way of an overlay, each really built. A setuid bit is not among them: a build gives every file its mode
 * itself, so none can come in; the audit's own suite has it.
 */
const offences: readonly (readonly [string, () => Promise<Content>, string])[] = [
  ['etc/motd', async () => 'hello\n', 'unasked-file'],
  ['bin/sh', async () => '#!/bin/ash\necho hello\n', 'shell-or-interpreter'],
  ['usr/bin/shell', async () => ({ file: '/bin/dash' }), 'shell-or-interpreter'],
  ['usr/bin/glibc', async () => ({ file: await compiled(nothing, '-target', 'aarch64-linux-gnu') }), 'glibc'],
  [
    'usr/bin/foreign',
    async () => ({
      file: await compiled(nothing, '-target', 'x86_64-linux-musl', '-nostdlib', '-static', '-Wl,-e,main'),
    }),
    'foreign-architecture',
  ],
  [
    'usr/bin/second',
    async () => ({ file: await compiled(nothing, '-target', 'aarch64-linux-musl', '-static') }),
    'second-daemon',
  ],
  [
    'usr/bin/linked',
    async () => {
      const target = ['-target', 'aarch64-linux-musl'];
      const source = 'int answer(void) { return 42; }\n';
      const built = await compiled(source, ...target, '-shared', '-Wl,-soname,libgone.so.1');
      const library = `${built}.so`;
      await cp(built, library);
      const program = 'int answer(void); int main(void) { return answer(); }\n';
      return { file: await compiled(program, ...target, '-dynamic', library) };
    },
    'unresolved-library',
  ],
];

for (const [path, content, rule] of offences) {
  test(`stops at /${path} (${rule})`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'boardsmith-offence-'));
    try {
      await cp(join(checkout, 'overlays'), join(root, 'overlays'), { recursive: true });
      const file = join(root, 'overlays/root', path);
      await mkdir(dirname(file), { recursive: true });
      const bytes = await content();
      await (typeof bytes === 'string' ? writeFile(file, bytes) : cp(bytes.file, file));
      await buildTestImage({ recipe: 'test/appliances/plain', overlaysRoot: root });
      assert.unreachable('it was built');
    } catch (error) {
      const { code, problems } = error as BoardsmithError;
      assert.is(code, 'AUDIT_FAILED', String(error));
      assert.ok(
        problems.some((problem) => problem.startsWith(`/${path}: `) && problem.includes(`[${rule}]`)),
        problems.join('\n'),
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });
}

test.run();
