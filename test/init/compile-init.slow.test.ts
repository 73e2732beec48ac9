import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { compileInit } from '../../builder/init/compile-init.ts';
import { planSource } from '../../builder/init/plan-source.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { findTestZig } from '../support/zig.ts';
import { probeBoard, probeFacts, probeRecipe } from './probe-appliance.ts';

const overlay = join(import.meta.dirname, '../../overlays/init');
const zig = await findTestZig();
if (zig === undefined) {
  console.log('SKIP compiling init: no Zig (BOARDSMITH_ZIG or BOARDSMITH_ZIG_WHEEL)');
  test.skip('compiling init', () => {});
  test.run();
} else {
  const folder = temporaryFolder('compile-init');
  const compile = async (name: string, change?: (sources: string) => Promise<void>): Promise<Buffer> => {
    const sources = join(folder, name, 'sources');
    await cp(overlay, sources, { recursive: true });
    await change?.(sources);
    const planC = join(folder, name, 'plan.c');
    await writeFile(planC, planSource(probeRecipe, probeBoard, probeFacts));
    const output = join(folder, name, 'init');
    await compileInit({ ...zig, sources, planC, output, target: 'aarch64-linux-musl' });
    return await readFile(output);
  };

  test('init is one static program for the board, the same from any folder', async () => {
    const [here, there] = [await compile('here'), await compile('some/where/else')];
    assert.ok(here.equals(there), 'differs by folder');
    assert.is(here.readUInt32BE(0), 0x7f454c46);
    assert.is(here.readUInt16LE(18), 183, 'AArch64');
    assert.equal(
      programHeaders(here).filter((type) => type === 3),
      [],
      'asks for no interpreter',
    );
    assert.ok(here.length < 128 * 1024, `${here.length} bytes`);
  });

  test('a warning of the compiler stops the build and leaves nothing behind', async () => {
    await mkdir(join(folder, 'bad'), { recursive: true });
    try {
      await compile('bad', (sources) => writeFile(join(sources, 'extra.c'), 'static int unused;\n'));
      assert.unreachable('it compiled');
    } catch (error) {
      assert.ok(error instanceof BoardsmithError && error.code === 'STEP_FAILED', String(error));
      assert.match(error.problems.join('\n'), /extra\.c:1:\d+: error: unused/);
    }
    assert.throws(() => readFileSync(join(folder, 'bad/init')), /ENOENT/);
    assert.throws(() => readFileSync(join(folder, 'bad/init.partial')), /ENOENT/);
  });

  test('it can be stopped', async () => {
    const controller = new AbortController();
    controller.abort();
    const planC = join(folder, 'here/plan.c');
    try {
      await compileInit({
        ...zig,
        sources: overlay,
        planC,
        output: join(folder, 'stopped'),
        target: 'aarch64-linux-musl',
        signal: controller.signal,
      });
      assert.unreachable('it went on');
    } catch (error) {
      assert.ok(error instanceof BoardsmithError && error.code === 'INTERRUPTED', String(error));
    }
  });

  test.run();
}

/** Types of an ELF64 file's program headers. */
function programHeaders(elf: Buffer): number[] {
  const start = Number(elf.readBigUInt64LE(32));
  return Array.from({ length: elf.readUInt16LE(56) }, (_, index) =>
    elf.readUInt32LE(start + index * elf.readUInt16LE(54)),
  );
}
