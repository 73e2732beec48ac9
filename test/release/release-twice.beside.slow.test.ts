import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReleaseManifest } from '../../builder/release/release-manifest.ts';
import { publicKeyText } from '../../builder/signature/public-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { checkout, testCache } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a release of a recipe');
const folder = temporaryFolder('releases');
const recipe = join(checkout, 'test/appliances/plain');
const lock = join(folder, 'boardsmith.lock');
await cp(await newcomerLock(['cxo']), lock);

/** Words that release the recipe with a key of its own. */
async function words(name: string): Promise<string[]> {
  const key = join(folder, `${name}.key`);
  const pair = generateKey();
  await writeFile(key, await secretKeyText(pair, null), { mode: 0o600 });
  await writeFile(join(folder, `${name}.pub`), publicKeyText(pair.publicKey));
  const out = join(folder, name, 'release');
  await mkdir(join(folder, name));
  // The checkout that is tested may well have changes in it.
  return ['release', recipe, '--lock', lock, '--key', key, '--out', out, '--allow-dirty'];
}

/** sha256 of every file but the signatures, by path. */
async function contents(release: string): Promise<Record<string, string>> {
  const entries = await readdir(release, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.minisig'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const sums = files.map(async (file) => [
    file.slice(release.length + 1),
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  ]);
  return Object.fromEntries(await Promise.all(sums));
}

test('two people with keys and caches of their own get the same bytes, and a second release runs nothing', async () => {
  const first = await boardsmith([...(await words('first')), '--first', '--cache', testCache]);
  assert.is(first.exitCode, 0, first.stderr);
  const cache = join(folder, 'another cache');
  await cp(join(testCache, 'inputs'), join(cache, 'inputs'), { recursive: true });
  const second = await boardsmith([...(await words('second')), '--first', '--cache', cache, '--offline'], {
    environment: { TZ: 'Pacific/Chatham' },
  });
  assert.is(second.exitCode, 0, second.stderr);
  const [one, other] = ['first', 'second'].map((name) => join(folder, name, 'release'));
  assert.equal(await contents(other!), await contents(one!));

  const since = [...(await words('third')), '--cache', testCache, '--since', one!, '--json'];
  const stranger = await boardsmith(since);
  assert.is(stranger.exitCode, 13, stranger.stderr);
  assert.match(stranger.stdout, /is not signed with the key that signs this release/);
  const third = await boardsmith([...since, '--pub', join(folder, 'first.pub')]);
  assert.is(third.exitCode, 0, third.stderr);
  const released = JSON.parse(third.stdout.trim().split('\n').at(-1)!) as {
    manifest: ReleaseManifest;
    steps: unknown[];
  };
  assert.equal(released.steps, []);
  assert.is(released.manifest.number, 2);
  assert.is(released.manifest.previous?.number, 1);
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`stopped by ${signal} while the folder is written, it leaves no folder, and the next one is whole`, async () => {
    const parameters = [...(await words(signal)), '--first', '--cache', testCache];
    const place = join(folder, signal);
    const child = execa(
      process.execPath,
      [join(checkout, 'builder/cli/boardsmith.mjs'), ...parameters, '--json'],
      {
        reject: false,
        buffer: false,
        stdin: 'ignore',
        stderr: 'ignore',
      },
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      if ((JSON.parse(line) as { event: string }).event === 'releasing') child.kill(signal);
    });
    const { exitCode } = await child;
    if (signal === 'SIGINT') {
      assert.is(exitCode, 130);
      assert.equal(await readdir(place), []);
    }
    assert.not.ok((await readdir(place)).includes('release'));
    const again = await boardsmith(parameters);
    assert.is(again.exitCode, 0, again.stderr);
    assert.equal(await readdir(place), ['release']);
  });
}

test.run();
