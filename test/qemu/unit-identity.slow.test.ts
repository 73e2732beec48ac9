import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeIdentity } from '../../builder/identity/identity-partition.ts';
import type { UnitIdentity } from '../../builder/identity/unit-identity.ts';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import type { FailureKind } from '../../qemu/boot-failure.ts';
import { makeCard } from '../../qemu/card-file.ts';
import { type ConsoleLine, isEvent } from '../../qemu/console.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { authority, batchKey, signedBy, stranger, unitOfTest } from '../support/batch-trial.ts';
import { overlayMutant } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestImage } from '../support/test-build.ts';

const test = suite('the identity of a unit, on a booted card');

const { signal } = new AbortController();
const withAuthority = (recipe: ResolvedRecipe): ResolvedRecipe => ({
  ...recipe,
  unit: { ...recipe.unit, authorities: [publicKeyLine(authority.publicKey)] },
});
const build = { recipe: 'test/appliances/unit', changeRecipe: withAuthority };
const image = await buildTestImage(build);
const partition = (await readGpt(image.image)).partitions.find(({ name }) => name === 'identity')!;

const unit: UnitIdentity = { ...unitOfTest, image: 'unit-qemu-virt' };
const sound = encodeIdentity(signedBy(authority), unit, batchKey);
const ofStranger = encodeIdentity(signedBy(stranger), unit, batchKey);
const damaged = Buffer.from(sound);
damaged[300]! ^= 1;

const everything: readonly FailureKind[] = ['init-fail', 'panic', 'oops', 'daemon-exit', 'not-ready'];
const wait = { timeoutMs: 240_000 * timeoutScale(), expected: everything };

/** Boots the image's own bytes with these in the identity partition. */
async function boot(
  of: TestImage,
  identity: Uint8Array,
  use: (machine: Machine) => Promise<void>,
): Promise<void> {
  const path = join(dirname(of.image), 'unit.card');
  await rm(path, { force: true });
  const card = await makeCard(of.image, path, null, signal);
  const file = await open(path, 'r+');
  await file.write(identity, 0, identity.length, partition.start * sectorSize);
  await file.close();
  const machine = await startMachine(of, { ...plainRun, card });
  try {
    await use(machine);
  } finally {
    await machine.stop();
  }
}

const saw = (machine: Machine, matches: (line: ConsoleLine) => boolean): boolean =>
  machine.console.lines.some(matches);

function whatTheDaemonSaw(machine: Machine): Record<string, unknown> {
  const pieces = machine.console.lines.flatMap(({ meaning }) =>
    meaning.kind === 'daemon' && meaning.text.startsWith('seen ') ? [meaning.text.slice('seen '.length)] : [],
  );
  assert.is(pieces.at(-1), 'all');
  return JSON.parse(Buffer.from(pieces.slice(0, -1).join(''), 'base64').toString()) as Record<
    string,
    unknown
  >;
}

/** The address that the guest gave its card, as QEMU knows it. */
async function macOf(machine: Machine): Promise<unknown> {
  const filters = await (await machine.qmp).execute('query-rx-filter');
  return (filters as { 'main-mac': string }[])[0]!['main-mac'];
}

test('a sound one: the daemon sees its settings and secrets, and no more; the MAC is set', async () => {
  await boot(image, sound, async (machine) => {
    await machine.console.waitFor(isEvent('ready'), { ...wait, expected: [], description: 'the daemon' });
    assert.ok(saw(machine, isEvent('identity', { verdict: 'sound', serial: unit.serial })));
    const seen = whatTheDaemonSaw(machine);
    assert.equal(seen.environment, {
      BOARDSMITH_DEVICE_KEY: unit.devicePublicKey,
      BOARDSMITH_POSITION: unit.position,
      BOARDSMITH_READY_FD: '3',
      BOARDSMITH_SERIAL: unit.serial,
      HOME: '/',
      TMPDIR: '/tmp',
      LANGUAGE: 'de',
      ...unit.settings,
      ...unit.secrets,
    });
    assert.is(seen.host, unit.position);
    assert.is(seen.devices, 'EACCES');
    for (const code of seen.opened as string[]) assert.match(code, /^(ENOENT|EACCES)$/);
    for (const code of [seen.environmentOfInit, seen.memoryOfInit])
      assert.match(String(code), /^(ENOENT|EACCES|EPERM)$/);
    assert.equal(seen.readableDescriptors, []);
    assert.is(await macOf(machine), unit.mac);
    const console = machine.console.lines
      .filter(({ meaning }) => meaning.kind !== 'daemon')
      .map(({ text }) => text)
      .join('\n');
    for (const secret of [unit.secrets.API_TOKEN!, unit.deviceSeed]) assert.not.ok(console.includes(secret));
  });
});

const refused: readonly (readonly [string, Uint8Array, string])[] = [
  ['zeros, since a secret is required', Buffer.alloc(4096), 'missing-value'],
  ['one of a stranger', ofStranger, 'unknown-authority'],
  ['a damaged one', damaged, 'unknown-authority'],
];

for (const [name, identity, why] of refused) {
  test(`${name}: refused; no daemon, no link`, async () => {
    await boot(image, identity, async (machine) => {
      await machine.console.waitFor(isEvent('held'), { ...wait, description: 'that it is held' });
      assert.ok(saw(machine, isEvent('identity', { verdict: 'refused', why })));
      assert.ok(saw(machine, isEvent('held', { reason: 'identity-refused' })));
      for (const event of ['network', 'daemon', 'ready']) assert.not.ok(saw(machine, isEvent(event)), event);
      assert.is.not(await macOf(machine), unit.mac);
    });
  });
}

test('an image whose init does not verify takes the word of a stranger: the verifying is what refuses it', async () => {
  const credulous = await buildTestImage({
    ...build,
    overlaysRoot: await overlayMutant({
      file: 'init/identity/signature.c',
      from: '\treturn crypto_sign_ed25519_verify_detached(signature, hash, sizeof hash, key) == 0;\n',
      to: '\t(void)signature;\n\t(void)key;\n\treturn true;\n',
    }),
  });
  await boot(credulous, ofStranger, async (machine) => {
    await machine.console.waitFor(isEvent('ready'), { ...wait, expected: [], description: 'the daemon' });
    assert.ok(saw(machine, isEvent('identity', { verdict: 'sound' })));
  });
});

test.run();
