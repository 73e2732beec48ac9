import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { pack } from 'tar-stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import { FeedServer } from '../../../openwrt/release/feed-server.ts';
import { packageKindOf } from '../../../openwrt/release/package-kind.ts';
import { rewriteFeeds } from '../../../openwrt/release/rewrite-feeds.ts';
import { runImageBuilder } from '../../../openwrt/release/run-imagebuilder.ts';
import { unpackImageBuilder } from '../../../openwrt/release/unpack-imagebuilder.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { storedZstd } from '../../support/stored-zstd.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('an ImageBuilder, unpacked and run');
const { signal } = new AbortController();
const origin = 'http://127.0.0.1:1234';

test('the feeds of opkg', () => {
  const list = [
    '# src/gz custom https://example.org/custom',
    'src/gz openwrt_core https://downloads.openwrt.org/releases/24.10.1/targets/armsr/armv8/packages',
    'src/gz openwrt_base https://mirror.example/openwrt/releases/24.10.1/packages/aarch64_generic/base',
    'src imagebuilder file:packages',
    'option check_signature',
    '',
  ];
  assert.equal(rewriteFeeds(list.join('\n'), '24.10.1', origin).split('\n'), [
    list[0],
    `src/gz openwrt_core ${origin}/releases/24.10.1/targets/armsr/armv8/packages`,
    `src/gz openwrt_base ${origin}/releases/24.10.1/packages/aarch64_generic/base`,
    ...list.slice(3),
  ]);
});

test('the feeds of apk', () => {
  const list =
    'https://downloads.openwrt.org/releases/25.12.5/targets/armsr/armv8/packages/packages.adb\npackages/packages.adb\n';
  assert.is(
    rewriteFeeds(list, '25.12.5', origin),
    `${origin}/releases/25.12.5/targets/armsr/armv8/packages/packages.adb\npackages/packages.adb\n`,
  );
});

for (const feed of [
  'https://downloads.openwrt.org/snapshots/packages/x/base',
  'https://downloads.openwrt.org/releases/25.12.4/packages/x/base',
  'https://downloads.openwrt.org/releases/25.12.5/../25.12.4/x',
  'http://127.0.0.1/releases/25.12.50/x',
  'https://example.org/',
]) {
  test(`a feed that cannot be pinned: ${feed}`, () => {
    assert.throws(
      () => rewriteFeeds(`src/gz one ${feed}\n`, '25.12.5', origin),
      (error: BoardsmithError) => error.code === 'STEP_FAILED' && error.problems.join() === feed,
    );
  });
}

test('opkg and apk are told apart by content', () => {
  const folder = temporaryFolder('kind');
  const refused = (what: string): void =>
    assert.throws(
      () => packageKindOf(folder),
      (error: BoardsmithError) => error.message.includes(`has ${what} of`),
    );
  refused('neither');
  writeFileSync(join(folder, 'repositories.conf'), '');
  assert.is(packageKindOf(folder), 'opkg');
  writeFileSync(join(folder, 'repositories'), '');
  refused('both');
});

async function archive(name: string, linkTo?: string): Promise<string> {
  const tar = pack();
  tar.entry({ name: 'imagebuilder-1/', type: 'directory', mode: 0o755 });
  tar.entry({ name: 'imagebuilder-1/Makefile', mode: 0o644 }, 'image:\n');
  tar.entry({ name: 'imagebuilder-1/bin/tool', mode: 0o755 }, Buffer.alloc(300_000, 'tool'));
  if (linkTo !== undefined) tar.entry({ name: 'imagebuilder-1/link', type: 'symlink', linkname: linkTo });
  tar.finalize();
  const file = join(temporaryFolder('archive'), name);
  writeFileSync(file, storedZstd(await buffer(tar)));
  return file;
}

test('unpacked without its outermost folder', async () => {
  const folder = temporaryFolder('unpacked');
  await unpackImageBuilder(await archive('ib.tar.zst', 'bin/tool'), folder, signal);
  assert.is(readFileSync(join(folder, 'Makefile'), 'utf8'), 'image:\n');
  assert.is(readFileSync(join(folder, 'link')).length, 300_000);
});

test('an archive that is cut short, that is none, and that leaves its folder', async () => {
  const short = await archive('short.tar.zst');
  truncateSync(short, 200_000);
  const none = join(temporaryFolder('archive'), 'none.tar.zst');
  writeFileSync(none, 'not found');
  for (const file of [short, none, await archive('out.tar.zst', '../../out')]) {
    await rejectedWith(
      unpackImageBuilder(file, temporaryFolder('unpacked'), signal),
      'INPUT_CORRUPT',
      /(short|none|out)\.tar\.zst/,
    );
  }
});

test('the feed server gives out what it is told to, and nothing by another path', async () => {
  const file = join(temporaryFolder('feed'), 'file');
  writeFileSync(file, 'content');
  const asked: string[] = [];
  const server = await FeedServer.start(async (path) => {
    asked.push(path);
    return path === 'releases/1/a+b' ? file : null;
  });
  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const response = await fetch(`${server.origin}${path}`, { method });
    return [response.status, await response.text()];
  };
  assert.equal(await get('/releases/1/a%2Bb'), [200, 'content']);
  assert.equal(await get('/releases/1/a+b', 'HEAD'), [200, '']);
  assert.equal((await get('/releases/1/a+b', 'POST'))[0], 404);
  assert.equal((await get('/releases/1/c'))[0], 404);
  for (const path of [
    '/releases/%2e%2e/x',
    '/releases/1/%2e%2e%2fx',
    '/etc/passwd',
    '/releases//x',
    '/releases/%zz',
  ]) {
    assert.equal((await get(path))[0], 404, path);
  }
  assert.equal(asked, ['releases/1/a+b', 'releases/1/a+b', 'releases/1/c']);
  assert.ok(server.missing.includes('releases/1/c'));
  await server.close();
});

test('what an answer throws is what the run fails with', async () => {
  const server = await FeedServer.start(async () => {
    throw new Error('the mirror lies');
  });
  assert.is((await fetch(`${server.origin}/releases/1/x`)).status, 502);
  await server.close().then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'the mirror lies'),
  );
});

async function run(
  makefile: string,
  folder = temporaryFolder('run'),
  stop: AbortSignal = signal,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'Makefile'), makefile);
  writeFileSync(join(folder, 'repositories.conf'), '');
  return await runImageBuilder({
    folder,
    version: '24.10.1',
    goal: 'image',
    variables: { PACKAGES: 'a -b', FILES: '/files' },
    answer: async () => null,
    scratch: join(folder, 'home'),
    signal: stop,
  });
}

test('make gets the variables, a clean environment and a fixed umask', async () => {
  process.env.PACKAGES_OF_THE_HOST = 'x';
  const printed = await run(
    'image:\n\t@echo "$(PACKAGES)|$(FILES)|$$PACKAGES_OF_THE_HOST|$$http_proxy|`umask`"\n',
  );
  assert.is(printed, 'a -b|/files||http://127.0.0.1:9|0022');
});

test('a make that fails is told of with its last lines', async () => {
  await rejectedWith(
    run('image:\n\t@echo the disk is small; false\n'),
    'STEP_FAILED',
    /make image, exit code 2[\s\S]*the disk is small/,
  );
});

test('a run that is stopped leaves nothing running', async () => {
  const folder = temporaryFolder('run');
  const stop = new AbortController();
  const pid = join(folder, 'pid');
  const running = run('image:\n\t@echo $$$$ >pid; exec sleep 600\n', folder, stop.signal);
  while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await pause(10);
  stop.abort();
  await rejectedWith(running, 'INTERRUPTED', /was stopped/);
  assert.throws(() => process.kill(Number(readFileSync(pid, 'utf8')), 0), /ESRCH/);
});

test('a folder in which make cannot work', async () => {
  await rejectedWith(
    run('image:\n', join(temporaryFolder('run'), 'with space')),
    'HOST_UNSUITABLE',
    /cannot run in the folder/,
  );
});

test.run();
