import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { judgeIdentity } from '../../builder/identity/judge-identity.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { burnFiles, writeCertificate } from '../support/burn-files.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('boardsmith burn');
const folder = temporaryFolder('burn');
const files = await burnFiles(folder, {
  signers: ['first', 'second'],
  unit: {
    settings: [{ name: 'QUOTA_MIB', description: 'quota', required: true }],
    secrets: [{ name: 'API_TOKEN', description: 'token', required: false }],
  },
});
const { release, authority, batchKey, batchOptions } = files;
const image = release.manifest.images[0]!;
writeFileSync(join(folder, 'second.pub'), release.signers[1]!.publicKeyFile);
writeFileSync(join(folder, 'token'), 'hidden-token\n', { mode: 0o600 });
writeFileSync(
  join(folder, 'units.csv'),
  'serial,position,QUOTA_MIB,secret:API_TOKEN\nACME-000001,cxo-1,5,token\nACME-000002,router,,\n',
);
const page = readFileSync(join(checkout, 'docs/burning.md'), 'utf8');
const matchesSchema = new Ajv({ discriminator: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(checkout, 'docs/burn-event.schema.json'), 'utf8')),
);

interface Said {
  readonly code: number;
  readonly out: readonly string[];
  readonly notes: string;
}

async function burn(...parameters: readonly string[]): Promise<Said> {
  const terminal = capturedTerminal({ currentDirectory: folder, environment: { HOME: folder } });
  const code = await run(['burn', ...parameters], terminal);
  const said = { code, out: terminal.outLines, notes: terminal.noteLines.join('\n') };
  assert.not.match(JSON.stringify(said), 'hidden-token');
  return said;
}

const toFile = ['release', '--pub', 'team.pub', '--to', join(folder, 'a.img')];

function ledgerUnits(file: string): { serial: string; result: string }[] {
  return readFileSync(join(folder, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'unit');
}

test('an image without a list of units: into a file, if nothing that it needs is missing', async () => {
  const { code, notes } = await burn(
    ...toFile.slice(0, 3),
    '--image',
    'router',
    '--to',
    join(folder, 'plain.img'),
  );
  assert.is(code, 0, notes);
  assert.ok(readFileSync(join(folder, 'plain.img')).equals(release.raw['router-test-board']!));
  const again = await burn(...toFile.slice(0, 3), '--image', 'router', '--to', join(folder, 'plain.img'));
  assert.is(again.code, 0, 'a dry run may write over what a dry run wrote');
  const lacking = await burn(...toFile, '--image', 'cxo');
  assert.is(lacking.code, 16);
  assert.match(lacking.notes, 'does not start without QUOTA_MIB');
});

test('units into files: identity, ledger, events as they are published', async () => {
  const { code, out, notes } = await burn(
    ...['release', '--pub', 'team.pub', '--pub', 'second.pub', '--threshold', '2', '--units', 'units.csv'],
    ...[...batchOptions, '--ledger', 'ledger.ndjson', '--operator', 'anna', '--json'],
    ...['--to', join(folder, 'one.img'), '--to', join(folder, 'two.img')],
  );
  assert.is(code, 0, notes + out.join('\n'));
  const events = out.map((line) => JSON.parse(line) as { readonly event: string });
  for (const event of events) {
    const { event: name } = event;
    assert.ok(matchesSchema(event), JSON.stringify([event, matchesSchema.errors]));
    assert.match(page, `\`${name}\``);
  }
  assert.equal(events.at(-1), { event: 'end', verified: 2, notVerified: 0, failed: 0, left: [], code: 'OK' });
  assert.equal(
    ledgerUnits('ledger.ndjson')
      .map(({ serial, result }) => `${serial} ${result}`)
      .sort(),
    ['ACME-000001 verified', 'ACME-000002 verified'],
  );
  const burnt = readFileSync(join(folder, 'one.img'));
  assert.is(statSync(join(folder, 'one.img')).mode & 0o777, 0o600);
  const place = image.partitions.find(({ name }) => name === 'identity')!;
  const judged = judgeIdentity(burnt.subarray(place.offset, place.offset + place.size), {
    authorities: [authority.publicKey],
    image: image.name,
    release: release.digest,
  });
  assert.equal(judged.problems, []);
  assert.equal(judged.unit!.secrets, { API_TOKEN: 'hidden-token' });
  burnt.fill(0, place.offset, place.offset + place.size);
  assert.ok(burnt.equals(release.raw[image.name]!), 'the rest is the image, to the bit');
});

test('units that the ledger has are left out', async () => {
  const { code, notes } = await burn(
    ...[...toFile, '--units', 'units.csv', ...batchOptions, '--ledger', 'ledger.ndjson'],
  );
  assert.is(code, 0);
  assert.match(notes, 'left out: ACME-000001, ACME-000002');
  assert.match(notes, 'nothing is left to burn');
  assert.not.ok(existsSync(join(folder, 'a.img')));
});

test('a unit that was begun on another card is warned of: a machine that was cut off may have finished it', async () => {
  writeFileSync(join(folder, 'begun.csv'), 'serial,position\nACME-000021,router\n');
  const file = join(folder, 'begun.ndjson');
  const options = [
    ...toFile.slice(0, 3),
    '--units',
    'begun.csv',
    ...batchOptions,
    '--ledger',
    'begun.ndjson',
  ];
  assert.is((await burn(...options, '--to', join(folder, 'begun.img'))).code, 0);
  // The line of its end was never written.
  writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, 2).join('\n').concat('\n'));
  const { code, notes } = await burn(...options, '--to', join(folder, 'begun-again.img'));
  assert.is(code, 0, notes);
  assert.match(notes, 'ACME-000021: it was begun on the card');
  assert.match(notes, '(line 2 of the ledger), and nothing says how that ended');
  assert.not.match(notes, 'unless it is this one');
  // A reader that tells its own serial alone gives every card in it the same name.
  writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, 2).join('\n').concat('\n{"torn'));
  const same = await burn(...options, '--to', join(folder, 'begun.img'));
  assert.is(same.code, 0, same.notes);
  assert.match(same.notes, 'look for that card, unless it is this one');
  assert.match(same.notes, 'a half line of 6 bytes');
});

test('a MAC that the ledger knows as another unit’s is warned of; units without a place are named', async () => {
  const list = (name: string, ...serials: readonly string[]): void => {
    const rows = serials.map((serial, index) => `${serial},router,52:54:00:77:03:0${index + 1}\n`);
    writeFileSync(join(folder, name), `serial,position,mac\n${rows.join('')}`);
  };
  list('macs.csv', 'ACME-000011');
  list('again.csv', 'ACME-000012', 'ACME-000013');
  const common = ['release', '--pub', 'team.pub', ...batchOptions, '--ledger', 'macs.ndjson'];
  const first = await burn(...common, '--units', 'macs.csv', '--to', 'mac-1.img');
  assert.is(first.code, 0, first.notes);
  assert.not.match(first.notes, /the ledger knows|still to be burnt/);
  assert.match(first.notes, 'a unit in a file counts as burnt');
  const { code, notes } = await burn(...common, '--units', 'again.csv', '--to', 'mac-2.img');
  assert.is(code, 0, notes);
  assert.match(notes, 'ACME-000012: the ledger knows its MAC as that of ACME-000011');
  assert.match(notes, 'still to be burnt: ACME-000013');
});

test('--dry-run says what would be written, and writes nothing: no ledger, no file, no cache', async () => {
  const before = readdirSync(folder).sort();
  const { code, notes } = await burn(
    ...[...toFile, '--units', 'units.csv', ...batchOptions, '--ledger', 'new.ndjson', '--dry-run'],
    ...['--cache', join(folder, 'no-cache')],
  );
  assert.is(code, 0, notes);
  assert.match(notes, /release tiny 1 \(1\.1\.0\), signed by [0-9A-F]{16}/);
  assert.match(notes, 'ACME-000001 cxo-test-board');
  assert.equal(readdirSync(folder).sort(), before);
});

test('a release that is not signed well enough: 13, before anything else is looked at', async () => {
  const stranger = await burnFiles(join(folder, 'stranger'), { signers: ['third'] });
  writeFileSync(join(folder, 'third.pub'), stranger.release.signers[0]!.publicKeyFile);
  assert.is((await burn('release', '--pub', 'third.pub', '--image', 'cxo', '--to', 'b.img')).code, 13);
  const few = ['release', '--pub', 'team.pub', '--pub', 'third.pub', '--threshold', '2', '--to', 'b.img'];
  assert.is((await burn(...few)).code, 13);
  const changed = await burnFiles(join(folder, 'changed'));
  const manifest = join(folder, 'changed/release/manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"number": 1', '"number": 2'));
  const { code, notes } = await burn('changed/release', '--pub', 'changed/team.pub', '--to', 'b.img');
  assert.is(code, 13);
  assert.match(notes, 'not over these bytes');
  assert.ok(changed.release.manifest.number === 1 && !existsSync(join(folder, 'b.img')));
});

test('an image that was changed after the signing: 13', async () => {
  const changed = await burnFiles(join(folder, 'packed'));
  const [one] = changed.release.manifest.images;
  const file = join(folder, 'packed/release', one!.zstd);
  const bytes = readFileSync(file);
  bytes[bytes.length - 60_000]! ^= 1;
  writeFileSync(file, bytes);
  const { code } = await burn(
    'packed/release',
    '--pub',
    'packed/team.pub',
    '--image',
    'cxo',
    '--to',
    'c.img',
    // Another release's cards were burnt from the same image, which is decompressed there.
    '--cache',
    'fresh',
  );
  assert.is(code, 13);

  rmSync(file);
  const missing = await burn(
    ...['packed/release', '--pub', 'packed/team.pub', '--image', 'cxo', '--to', 'c.img'],
    ...['--cache', 'fresh'],
  );
  assert.is(missing.code, 13);
});

test('a release with a smaller number than asked for: 13', async () => {
  const old = await burn(...toFile, '--image', 'router', '--min-release', '2');
  assert.is(old.code, 13);
  assert.match(old.notes, 'older than 2, which is known');
  assert.is((await burn(...toFile, '--image', 'router', '--min-release', '1', '--dry-run')).code, 0);
});

test('help shows no default that is an empty list', async () => {
  const { out, notes } = await burn('--help');
  assert.not.match(out.join('\n') + notes, /default: \[\]/);
  assert.match(out.join('\n'), '--pub <key>');
});

test('an older release than the ledger knows: 13', async () => {
  await burnFiles(join(folder, 'newer'), { number: 7 });
  const units = join(folder, 'newer/units.csv');
  writeFileSync(units, 'serial,image\nACME-000001,router\n');
  const common = ['--ledger', 'numbers.ndjson', '--to', join(folder, 'd.img')];
  const ofNewer = ['--batch-key', 'newer/batch.key', '--certificate', 'newer/batch.txt', '--units', units];
  const first = await burn('newer/release', '--pub', 'newer/team.pub', ...ofNewer, ...common);
  assert.is(first.code, 0, first.notes);
  const { code, notes } = await burn(
    'release',
    '--pub',
    'team.pub',
    '--units',
    'units.csv',
    ...batchOptions,
    ...common,
  );
  assert.is(code, 13);
  assert.match(notes, 'it is release 1 of tiny, older than 7, which is known');
  assert.match(notes, 'is signed, but a newer release');
});

test('wrong disks: 14', async () => {
  for (const [place, reason] of [
    ['/dev/null', /it is no disk/],
    ['/dev/no-such-disk', /there is no such disk/],
    ['token', /ends in \.img/],
    ['/', /folder/],
  ] as const) {
    const { code, notes } = await burn(
      ...toFile.slice(0, 3),
      '--units',
      'units.csv',
      ...batchOptions,
      '--to',
      place,
    );
    assert.is(code, 14, place);
    assert.match(notes, reason);
  }
  writeFileSync(join(folder, 'mine.img'), 'precious');
  const mine = await burn(
    ...toFile.slice(0, 3),
    '--units',
    'units.csv',
    ...batchOptions,
    '--to',
    join(folder, 'mine.img'),
  );
  assert.is(mine.code, 14);
  assert.is(readFileSync(join(folder, 'mine.img'), 'utf8'), 'precious');
});

test('units and certificates with mistakes: 16', async () => {
  writeFileSync(join(folder, 'bad.csv'), 'serial,position,QUOTA_MIB\nACME-000501,cxo-1,\n');
  const { code, notes } = await burn(...toFile, '--units', 'bad.csv', ...batchOptions);
  assert.is(code, 16);
  assert.match(notes, 'bad.csv:2:1: the serial ACME-000501 is none of batch 2026-11-a');
  assert.match(notes, 'bad.csv:2:19: QUOTA_MIB is missing');
  writeCertificate(folder, 'forged.txt', generateKey(), batchKey, release);
  writeCertificate(folder, 'other-key.txt', authority, generateKey(), release);
  writeCertificate(folder, 'other-release.txt', authority, batchKey, { digest: 'ab'.repeat(32) });
  for (const [name, reason] of [
    ['forged.txt', /no authority of cxo-test-board: it was signed with the key/],
    ['other-key.txt', /it is for another key/],
    ['other-release.txt', /it is for another release than tiny 1/],
  ] as const) {
    const said = await burn(
      ...toFile,
      '--units',
      'units.csv',
      '--batch-key',
      'batch.key',
      '--certificate',
      name,
    );
    assert.is(said.code, 16, name);
    assert.match(said.notes, reason);
  }
});

test('a ledger that does not hold together: 17, and nothing is written', async () => {
  const lines = readFileSync(join(folder, 'ledger.ndjson'), 'utf8');
  writeFileSync(join(folder, 'torn.ndjson'), lines.replace('anna', 'hans'));
  for (const more of [[], ['--dry-run']]) {
    const { code } = await burn(
      ...toFile,
      '--units',
      'units.csv',
      ...batchOptions,
      '--ledger',
      'torn.ndjson',
      ...more,
    );
    assert.is(code, 17);
  }
  assert.not.ok(existsSync(join(folder, 'a.img')));
});

test('a wrong command line: 2', async () => {
  for (const parameters of [
    [],
    ['release', '--to', 'a.img'],
    ['release', '--pub', 'team.pub'],
    ['release', '--pub', 'team.pub', '--threshold', '2', '--to', 'a.img'],
    ['release', '--pub', 'team.pub', '--to', 'a.img', '--units', 'units.csv'],
    ['release', '--pub', 'team.pub', '--to', 'a.img', '--ledger', 'x.ndjson'],
    ['release', '--pub', 'team.pub', '--to', 'a.img'],
    ['release', '--pub', 'team.pub', '--to', 'a.img', '--image', 'cx'],
  ]) {
    assert.is((await burn(...parameters)).code, 2, parameters.join(' '));
  }
});

test('--list, for people and for programs', async () => {
  assert.is((await burn('--list')).code, 0);
  const { out } = await burn('--list', '--json');
  assert.ok(Array.isArray(JSON.parse(out.join('')).disks));
});

test.run();
