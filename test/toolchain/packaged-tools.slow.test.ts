import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { squashfs } from '../../builder/rootfs/squashfs.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { type Tool, type ToolName, tools } from '../../builder/toolchain/tools.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { signal } = new AbortController();

/** A copy that a test may damage. */
async function copyOf(name: ToolName): Promise<string> {
  const folder = temporaryFolder('tool');
  await cp(await lockedTool(name), folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

for (const [name, { programs, packing }] of Object.entries<Tool>(tools)) {
  if (packing !== 'deb') continue;
  test(`every program of ${name} starts with its own libraries`, async () => {
    const root = await lockedTool(name as ToolName);
    for (const program of programs) {
      const tool = await packagedTool(root, { program });
      // Some have no --version and print their usage; what counts is that the loader found everything.
      const said = await tool.run(['--version'], { signal }).catch((error: Error) => error.message);
      assert.not.match(said, /error while loading shared libraries|No such file/);
      assert.match(said, /version|usage|option|GNU|SYNTAX|Copyright|Zstandard|XZ Utils/i);
    }
  });
}

test("the host's copies of program and libraries are not used", async () => {
  const root = await lockedTool('squashfs');
  const poison = temporaryFolder('poison');
  for (const program of ['sqfstar', 'mksquashfs']) {
    await writeFile(join(poison, program), '#!/bin/sh\necho poisoned >&2\nexit 1\n');
    await chmod(join(poison, program), 0o755);
  }
  for (const library of ['libzstd.so.1', 'libc.so.6', 'libz.so.1'])
    await writeFile(join(poison, library), 'poison');
  const tree = completeTree([
    {
      type: 'file',
      path: '/a',
      mode: 0o644,
      uid: 0,
      gid: 0,
      origin: 'test',
      content: { bytes: Buffer.from('a') },
    },
  ]);
  const images = temporaryFolder('images');
  await squashfs(tree, {
    toolRoot: root,
    output: join(images, 'clean'),
    mtime: 1e9,
    signal,
    compression: 'fast',
  });
  const before = { ...process.env };
  Object.assign(process.env, {
    PATH: poison,
    LD_LIBRARY_PATH: poison,
    LD_PRELOAD: join(poison, 'libc.so.6'),
    SOURCE_DATE_EPOCH: '1',
    TZ: 'Asia/Tokyo',
    LC_ALL: 'tr_TR.UTF-8',
  });
  try {
    await squashfs(tree, {
      toolRoot: root,
      output: join(images, 'poisoned'),
      mtime: 1e9,
      signal,
      compression: 'fast',
    });
  } finally {
    process.env = before;
  }
  assert.ok((await readFile(join(images, 'clean'))).equals(await readFile(join(images, 'poisoned'))));
});

test('a library that is missing from the packages is not taken from the host', async () => {
  const root = await copyOf('squashfs');
  await rm(join(root, 'usr/lib/x86_64-linux-gnu/libz.so.1'));
  await rejectedWith(
    packagedTool(root, { program: 'sqfstar' }),
    'HOST_UNSUITABLE',
    /not in its packages: libz\.so\.1/,
  );
});

test('a missing program or loader is named', async () => {
  const root = await copyOf('squashfs');
  await rejectedWith(
    packagedTool(root, { program: 'mkfs.erofs' }),
    'HOST_UNSUITABLE',
    /mkfs\.erofs is not in/,
  );
  await rm(join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'));
  await rejectedWith(packagedTool(root, { program: 'sqfstar' }), 'HOST_UNSUITABLE', /the loader is not in/);
});

test('a folder that the loader would split is refused', async () => {
  const folder = join(temporaryFolder('tool'), 'a:b');
  await mkdir(folder);
  await rejectedWith(packagedTool(folder, { program: 'sqfstar' }), 'HOST_UNSUITABLE', /":"/);
});

test('a failing tool is an error with what it said; a stopped one was interrupted', async () => {
  const zstd = await packagedTool(await lockedTool('zstd'), { program: 'zstd' });
  await rejectedWith(
    zstd.run(['-d', '/nonexistent'], { signal }),
    'STEP_FAILED',
    /zstd failed \(exit code 1\).*nonexistent/s,
  );
  const stop = new AbortController();
  const running = zstd.run(['-b19', '-i60', join(zstd.root, 'usr/bin/zstd')], { signal: stop.signal });
  stop.abort();
  await rejectedWith(running, 'INTERRUPTED', /zstd was stopped/);
});

test.run();
