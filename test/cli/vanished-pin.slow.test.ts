import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatLock } from '../../builder/lock/format-lock.ts';
import type { Lock } from '../../builder/lock/lock-format.ts';
import { boardsmith } from '../support/command-line.ts';
import { linkResults } from '../support/linked-results.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { testCache } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a pin that vanished');
const folder = temporaryFolder('vanished-pin');
const bogusHash = 'f'.repeat(64);

/** A lock in which musl is pinned to a version that never existed, and a cache that holds all other inputs, and what was built of them. */
async function prepare(): Promise<{ lockFile: string; cache: string }> {
  const lock = JSON.parse(await readFile(await newcomerLock(['cxo']), 'utf8')) as Lock;
  const [id, entry] = Object.entries(lock.entries).find(([, { name }]) => name === 'musl')!;
  if (entry.kind !== 'debian') throw new Error('musl comes from Debian');
  const bogusId = 'debian:arm64/musl@1.2.5-0never';
  const { [id]: _gone, ...others } = lock.entries;
  const bogus: Lock = {
    ...lock,
    entries: {
      ...others,
      [bogusId]: {
        ...entry,
        version: '1.2.5-0never',
        path: entry.path.replace(entry.version, '1.2.5-0never'),
        sha256: bogusHash,
      },
    },
    requests: Object.fromEntries(
      Object.entries(lock.requests).map(([request, ids]) => [
        request,
        ids.map((one) => (one === id ? bogusId : one)),
      ]),
    ),
  };
  const lockFile = join(folder, 'boardsmith.lock');
  await writeFile(lockFile, formatLock(bogus));
  const cache = join(folder, 'cache');
  await mkdir(cache, { recursive: true });
  await cp(join(testCache, 'inputs'), join(cache, 'inputs'), { recursive: true });
  await linkResults(cache);
  return { lockFile, cache };
}

test('stops a build with the command to run, and does not stop the demo', async () => {
  const { lockFile, cache } = await prepare();
  const before = await readFile(lockFile, 'utf8');

  const build = await boardsmith([
    'build',
    'cxo',
    '--lock',
    lockFile,
    '--cache',
    cache,
    '--out',
    join(folder, 'out'),
  ]);
  assert.is(build.exitCode, 5, build.stderr);
  assert.match(build.stderr, /musl 1\.2\.5-0never/);
  assert.match(build.stderr, /next: .*boardsmith lock .*--renew/);

  const demo = await boardsmith(['demo', '--lock', lockFile, '--cache', cache, '--out', join(folder, 'out')]);
  assert.is(demo.exitCode, 0, demo.stderr);
  assert.is(
    demo.stderr.split('\n').filter((line) => /renewed for this machine alone.*musl 1\.2\.5-0never/.test(line))
      .length,
    1,
    'it says so in one line',
  );
  assert.match(demo.stdout, /It works/);
  assert.match(
    demo.stderr,
    /fetching musl \S+ for arm64, .* \(\d+ of \d+\)/,
    'what is fetched, and of how many',
  );
  assert.is(await readFile(lockFile, 'utf8'), before, 'the lock itself is not touched');
});

test.run();
