import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBootable } from '../../builder/cli/bootable.ts';
import type { ReleaseManifest } from '../../builder/release/release-manifest.ts';
import { publicKeyText } from '../../builder/signature/public-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { SeedKey } from '../../builder/signature/signing-key.ts';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { isEvent } from '../../qemu/console.ts';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { testCache } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('from a release to a unit that runs');
const folder = temporaryFolder('release-to-unit');

/** Runs a command line whose words are separated by spaces. @returns what it prints */
async function run(line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await boardsmith(line.split(' '), { cwd: folder });
  assert.is(exitCode, 0, `boardsmith ${line}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The same in every run: of another authority the cache has no image. */
const authority = new SeedKey(Buffer.alloc(32, 'authority of a test'), Buffer.alloc(8, 1));

test('released, certified, burnt, verified, booted: the daemon has what its unit was given, and the console says which unit it is', async () => {
  await run('keygen team --no-password');
  await run('keygen batch --no-password');
  await writeFile(join(folder, 'authority.key'), await secretKeyText(authority, null), { mode: 0o600 });
  await writeFile(join(folder, 'authority.pub'), publicKeyText(authority.publicKey));
  const selection = `cxo --authority authority.pub --lock ${await newcomerLock(['cxo'])} --cache ${testCache}`;
  // The checkout that is tested may well have changes in it.
  await run(`release ${selection} --key team.key --out release --first --allow-dirty`);
  await run(
    'batch issue --key authority.key --manufacturer Acme --batch 2026-11-a --serials ACME-000001..ACME-000500 --release release --pub team.pub --batch-key batch.pub',
  );
  await writeFile(join(folder, 'units.csv'), 'serial,CXO_QUOTA_MIB\nACME-000017,20\n');
  await run(
    'burn release --pub team.pub --units units.csv --batch-key batch.key --certificate 2026-11-a.cert --ledger ledger.ndjson --to card.img --cache cache',
  );
  const verified = await run('verify card.img --release release --pub team.pub');
  assert.match(verified, /^identity: ACME-000017, batch 2026-11-a of Acme, certified by /m);

  // A release has no firmware of QEMU's: that of a build of the same image.
  await run(`build ${selection} --dense --out out`);
  const image = await readBootable(join(folder, 'out/cxo-qemu-virt.img'));
  const { images } = JSON.parse(
    await readFile(join(folder, 'release/manifest.json'), 'utf8'),
  ) as ReleaseManifest;
  const built = createHash('sha256').update(await readFile(image.image));
  assert.is(images[0]!.raw.sha256, built.digest('hex'));

  const metrics: string[] = [];
  const card = { kind: 'file', path: join(folder, 'card.img') } as const;
  await bootAndCheck(image, {
    run: { card },
    use: async ({ machine, forwards, signal }) => {
      const sound = isEvent('identity', { verdict: 'sound', serial: 'ACME-000017' });
      assert.ok(machine.console.lines.some(sound), 'the identity on the console');
      const answer = await fetch(`http://127.0.0.1:${forwards[0]!.host}/metrics`, { signal });
      metrics.push(await answer.text());
    },
  });
  assert.match(metrics.join(), new RegExp(`^cxo_quota_bytes ${20 << 20}$`, 'm'));
});

test.run();
