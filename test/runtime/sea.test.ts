import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSeaBlob } from '../../builder/runtime/sea.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('sea');

/** A program in the place of Node. */
function standIn(script: string): string {
  const file = join(temporaryFolder('host-node'), 'node');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function make(
  hostNode: string,
  signal = new AbortController().signal,
): { blob: Promise<Buffer>; scratch: string } {
  const scratch = temporaryFolder('sea');
  return {
    blob: makeSeaBlob({ code: 'void 0;', flags: ['--no-addons'], hostNode, scratch, signal }),
    scratch,
  };
}

test('asks for neither compiled code nor a snapshot, for the flags and no others, and names no folder', async () => {
  const { blob, scratch } = make(standIn('cp sea.json blob'));
  assert.equal(JSON.parse((await blob).toString()), {
    main: 'daemon.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: ['--no-addons'],
    execArgvExtension: 'none',
  });
  assert.is(readFileSync(join(scratch, 'daemon.cjs'), 'utf8'), 'void 0;');
});

test("Node's environment is empty", async () => {
  process.env.NODE_OPTIONS = '--no-warnings';
  try {
    const text = (await make(standIn('env > blob')).blob).toString();
    assert.not.match(text, /NODE_OPTIONS|HOME=/);
  } finally {
    delete process.env.NODE_OPTIONS;
  }
});

test('a Node that is not there is a fault of the machine', async () => {
  await rejectedWith(make('/nonexistent/node').blob, 'HOST_UNSUITABLE', /does not run on this machine/);
});

test('a Node whose libraries are not there is a fault of the machine', async () => {
  const node = standIn('echo "libstdc++.so.6: cannot open shared object file" >&2; exit 127');
  const error = await rejectedWith(make(node).blob, 'HOST_UNSUITABLE', /libstdc\+\+\.so\.6: cannot open/);
  assert.match(error.hint ?? '', /glibc 2\.28/);
});

test('what Node says is in the error', async () => {
  const node = standIn('echo "unknown field" >&2; exit 1');
  await rejectedWith(make(node).blob, 'STEP_FAILED', /made no single executable: unknown field/);
});

test('stops with its signal', async () => {
  const controller = new AbortController();
  const { blob } = make(standIn('exec sleep 60'), controller.signal);
  setTimeout(() => controller.abort(), 50);
  await rejectedWith(blob, 'INTERRUPTED', /stopped/);
});

test.run();
