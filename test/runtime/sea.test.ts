import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { makeSeaBlob } from '../../builder/runtime/sea.ts';
import type { PackagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('sea');

type Run = Parameters<PackagedTool['run']>;

/** Something in the place of Node that writes a blob; it keeps how it was called. */
function standIn(blob: (cwd: string) => Buffer): { run(...call: Run): Promise<string>; calls: Run[] } {
  const calls: Run[] = [];
  return {
    calls,
    async run(...call) {
      calls.push(call);
      const cwd = call[1].cwd!;
      writeFileSync(join(cwd, 'blob'), blob(cwd));
      return '';
    },
  };
}

const signal = new AbortController().signal;

test('asks for neither compiled code nor a snapshot, for the flags and no others, and names no folder', async () => {
  const scratch = temporaryFolder('sea');
  const hostNode = standIn((cwd) => readFileSync(join(cwd, 'sea.json')));
  const blob = await makeSeaBlob({ code: 'void 0;', flags: ['--no-addons'], hostNode, scratch, signal });
  assert.equal(JSON.parse(blob.toString()), {
    main: 'daemon.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: ['--no-addons'],
    execArgvExtension: 'none',
  });
  assert.is(readFileSync(join(scratch, 'daemon.cjs'), 'utf8'), 'void 0;');
  assert.equal(hostNode.calls, [[['--experimental-sea-config', 'sea.json'], { cwd: scratch, signal }]]);
});

test('what Node says is in the error', async () => {
  const hostNode = {
    run: async (): Promise<string> => {
      throw new BoardsmithError('STEP_FAILED', 'node failed (exit code 1): unknown field', { hint: '' });
    },
  };
  const options = { code: '', flags: [], hostNode, scratch: temporaryFolder('sea'), signal };
  await rejectedWith(makeSeaBlob(options), 'STEP_FAILED', /unknown field/);
});

test.run();
