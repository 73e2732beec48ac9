import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { checkout } from '../support/places.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('a build whose root holds what it must not');

/** Offences that slip in by way of an overlay; the audit's own suite has every rule with real ELF files. */
const offences: readonly (readonly [string, string, string])[] = [
  ['etc/motd', 'hello\n', 'unasked-file'],
  ['bin/sh', '#!/bin/ash\necho hello\n', 'shell-or-interpreter'],
];

for (const [path, content, rule] of offences) {
  test(`stops at /${path} (${rule})`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'boardsmith-offence-'));
    try {
      await cp(join(checkout, 'overlays'), join(root, 'overlays'), { recursive: true });
      const file = join(root, 'overlays/root', path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
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
