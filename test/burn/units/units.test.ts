import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCsv } from '../../../builder/burn/units/csv.ts';
import { findImage } from '../../../builder/burn/units/find-image.ts';
import { readUnits } from '../../../builder/burn/units/read-units.ts';
import type { UnitContext } from '../../../builder/burn/units/unit-reader.ts';
import type { UnitToBurn } from '../../../builder/burn/units/unit-to-burn.ts';
import { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import { smallRelease } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('units');
const folder = temporaryFolder('units');
const value = (name: string, required: boolean) => ({ name, required, description: `the ${name}` });
const { manifest } = await smallRelease(join(folder, 'release'), {
  authorities: ['RWQ'],
  unit: {
    settings: [value('QUOTA_MIB', true), value('GREETING', false)],
    secrets: [value('API_TOKEN', false), value('WIFI_KEY', false)],
  },
});
const context: UnitContext = {
  manifest,
  certificate: { batch: '2026-11-a', serials: { prefix: 'ACME-', digits: 6, first: 1, last: 500 } },
  image: manifest.images[0]!,
};
mkdirSync(join(folder, 'keys'));
writeFileSync(join(folder, 'keys/token'), 'hidden-token\n', { mode: 0o600 });
writeFileSync(join(folder, 'keys/one'), '11'.repeat(32), { mode: 0o600 });
writeFileSync(join(folder, 'keys/bad'), 'hidden-token', { mode: 0o600 });
let count = 0;

async function read(
  text: string | Uint8Array,
  change: Partial<UnitContext> = {},
  mode = 0o600,
): Promise<UnitToBurn[]> {
  count += 1;
  const file = join(folder, `units-${count}.csv`);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return await readUnits(file, { ...context, ...change });
}

/** The mistakes of a list as `line:column: what; remedy`. */
async function mistakes(
  text: string | Uint8Array,
  change: Partial<UnitContext> = {},
  mode = 0o600,
): Promise<string[]> {
  try {
    await read(text, change, mode);
  } catch (error) {
    assert.instance(error, BoardsmithError);
    const { code, problems, message } = error as BoardsmithError;
    assert.is(code, 'UNITS_INVALID');
    assert.not.match(JSON.stringify(error), 'hidden');
    return problems.length === 0 ? [message] : problems.map((line) => line.replace(/^.*\.csv:/, ''));
  }
  return [];
}

test('CSV: quotes, commas and newlines in fields, both ends of lines, a mark at the beginning', () => {
  const { rows, faults } = readCsv('a,"b ""x"", y"\r\n"c\nd",e\r\n\n"",f');
  assert.equal(faults, []);
  assert.equal(
    rows.map((row) => row.map(({ text, line, column }) => [text, line, column])),
    [
      [
        ['a', 1, 1],
        ['b "x", y', 1, 3],
      ],
      [
        ['c\nd', 2, 1],
        ['e', 3, 4],
      ],
      [
        ['', 5, 1],
        ['f', 5, 4],
      ],
    ],
  );
  assert.equal(
    readCsv('a,b"c\n"d"e,f\n"g').faults.map(({ line, column, message }) => [line, column, message]),
    [
      [1, 4, 'a quote inside a field that is not quoted'],
      [2, 4, 'something follows a closed quote'],
      [3, 1, 'this quote is not closed'],
    ],
  );
});

test('an image is found by its name, its recipe, or a position', () => {
  for (const name of ['cxo-test-board', 'cxo', 'cxo-2']) {
    assert.is((findImage(manifest, name) as { name: string }).name, 'cxo-test-board', name);
  }
  assert.is(findImage(manifest, 'cx0'), 'did you mean cxo?');
  const twice = {
    images: [...manifest.images, { ...manifest.images[0]!, name: 'cxo-other', positions: [] }],
  };
  assert.is(findImage(twice, 'cxo'), 'name one of cxo-test-board, cxo-other');
});

test('a list with everything', async () => {
  const units = await read(
    '\ufeffserial,position,mac,device_key,QUOTA_MIB,GREETING,secret:API_TOKEN,WIFI_KEY\n' +
      'ACME-000001,cxo-1,52-54-00-77-03-0A,keys/one,100,"hi, there",keys/token,abc\n' +
      'ACME-000002,router,,,,,,\n',
  );
  const [one, two] = units;
  assert.is(one!.image.name, 'cxo-test-board');
  assert.equal(
    { ...one, image: null },
    {
      serial: 'ACME-000001',
      image: null,
      cluster: 'tiny',
      position: 'cxo-1',
      mac: '52:54:00:77:03:0a',
      deviceKey: one!.deviceKey,
      settings: { QUOTA_MIB: '100', GREETING: 'hi, there' },
      secrets: { API_TOKEN: 'hidden-token', WIFI_KEY: 'abc' },
    },
  );
  assert.is(one!.deviceKey!.seed, '11'.repeat(32));
  assert.equal([two!.image.name, two!.position, two!.deviceKey], ['router-test-board', 'router', null]);
});

test('wrong columns: each with what was meant', async () => {
  assert.equal(await mistakes('seriel,API_TOKN,QUOTA_MIB,QUOTA_MIB,secret:GREETING\n1,2,3,4,5\n'), [
    '1:1: there is no column "seriel"; did you mean serial?',
    '1:8: there is no column "API_TOKN"; did you mean API_TOKEN?',
    '1:27: QUOTA_MIB is given twice; leave one of the columns out',
    '1:37: there is no column "secret:GREETING"; use one of serial, image, position, mac, device_key, QUOTA_MIB, GREETING, API_TOKEN, WIFI_KEY, secret:API_TOKEN, secret:WIFI_KEY',
  ]);
  assert.equal(await mistakes('mac\n52:54:00:77:03:01\n'), [
    '1:1: there is no column serial; give each unit its serial',
  ]);
  assert.equal(await mistakes('API_TOKEN,serial,secret:API_TOKEN\na,b,c\n'), [
    '1:18: API_TOKEN is given twice; leave one of the columns out',
  ]);
  assert.equal(await mistakes('serial;mac\nACME-000001;\n'), [
    '1:1: semicolons stand between the columns; save the list with commas',
  ]);
});

test('all mistakes of all lines at once, with line and column, none with a secret', async () => {
  const list = [
    'serial,image,position,mac,device_key,QUOTA_MIB,secret:API_TOKEN',
    'ACME-000001,cxo,cxo-1,52:54:00:77:03:01,keys/one,1,',
    'ACME-000001,cxo,cxo-3,52:54:00:77:03:01,keys/one,1,hidden-token',
    'ACME-000501,cx,,52:54:00:77:03,keys/none,1,',
    ',cxo,,01:54:00:77:03:01,keys/bad,,',
    'acme-1,router,,,,5,',
    'ACME-000003,cxo,cxo-1',
    'ACME-000004,cxo,cxo-1,,,1,,',
  ];
  assert.equal(
    await mistakes(list.join('\n')),
    [
      '3:1: the serial ACME-000001 stands in line 2 already; give each unit its own',
      '3:17: the image cxo-test-board is not for the position "cxo-3"; did you mean cxo-1?',
      '3:23: the MAC 52:54:00:77:03:01 stands in line 2 already; give each unit its own',
      '3:41: this device key stands in line 2 already; give each unit its own',
      '4:1: the serial ACME-000501 is none of batch 2026-11-a; take one of ACME-000001..ACME-000500, or the certificate of its batch',
      '4:13: the release has no image for "cx"; did you mean cxo?',
      '4:17: the MAC "52:54:00:77:03" is not six pairs of lower-case hex digits with colons between; write it as 52:54:00:77:03:01',
      '4:32: the file of the device key cannot be read (ENOENT); give a path relative to the list',
      '5:1: the serial is missing; give each unit its serial',
      '5:7: the MAC "01:54:00:77:03:01" is the address of a group, which no network card has; write it as 52:54:00:77:03:01',
      '5:25: keys/bad holds no Ed25519 key of a device; give 64 hex digits of its seed, or an unencrypted PEM of openssl genpkey -algorithm ed25519',
      '5:34: QUOTA_MIB is missing, which cxo-test-board needs; give it (the QUOTA_MIB)',
      '6:1: the serial "acme-1" is not up to 24 of A-Z, 0-9 and hyphens, not ending in a digit, then a number of 1 to 9 digits; take one of ACME-000001..ACME-000500',
      '6:18: the image router-test-board takes no QUOTA_MIB; leave the field empty for this unit',
      '7:17: 3 fields, but 7 columns; put fields with commas into quotes; leave none out',
      '8:28: 8 fields, but 7 columns; put fields with commas into quotes; leave none out',
    ].sort(byPlace),
  );
});

test('the file of a secret that is not there is named by its column alone', async () => {
  assert.equal(await mistakes('serial,QUOTA_MIB,secret:API_TOKEN\nACME-000001,1,hidden-token\n'), [
    '2:15: the file of API_TOKEN cannot be read (ENOENT); give a path relative to the list',
  ]);
});

test('secrets that others on this machine can read are refused, in the list and in files', async () => {
  const list = 'serial,QUOTA_MIB,API_TOKEN,secret:WIFI_KEY,device_key\n';
  const told = 'secrets stand in this column, and the list has the mode';
  for (const mode of [0o640, 0o604, 0o620]) {
    const written = (part: string): string =>
      `${part} 0${mode.toString(8)}: others can read it; chmod 600 it`;
    assert.equal(await mistakes(`${list}ACME-000001,1,hidden-a,,\n`, {}, mode), [`1:18: ${written(told)}`]);
    // Without a secret in it anybody may.
    assert.is((await read(`${list}ACME-000001,1,,keys/token,keys/one\n`, {}, mode)).length, 1);
    chmodSync(join(folder, 'keys/token'), mode);
    chmodSync(join(folder, 'keys/one'), mode);
    assert.equal(await mistakes(`${list}ACME-000001,1,,keys/token,keys/one\n`), [
      `2:16: ${written('the file of WIFI_KEY has the mode')}`,
      `2:27: ${written('the file of the device key has the mode')}`,
    ]);
    for (const file of ['token', 'one']) chmodSync(join(folder, 'keys', file), 0o600);
  }
});

test('an image that takes no identity has no units: nothing of them would be on its card', async () => {
  const images = manifest.images.map((one) =>
    one.recipe === 'router' ? { ...one, unit: { ...one.unit, authorities: [] } } : one,
  );
  assert.equal(
    await mistakes('serial,image\nACME-000001,router\nACME-000002,router\n', {
      manifest: { ...manifest, images },
    }),
    [
      '2:1: the image router-test-board takes no identity: nothing of a unit would be on its card; release it with --authority KEY.pub, or burn it without a list',
    ],
  );
});

test('a required value, with its column left out and with an empty field', async () => {
  assert.equal(await mistakes('serial\nACME-000001\n'), [
    '2:1: QUOTA_MIB is missing, which cxo-test-board needs; give it (the QUOTA_MIB)',
  ]);
  assert.equal(await mistakes('serial,QUOTA_MIB\nACME-000001,\n'), [
    '2:13: QUOTA_MIB is missing, which cxo-test-board needs; give it (the QUOTA_MIB)',
  ]);
});

test('nothing says which image', async () => {
  assert.equal(await mistakes('serial\nACME-000001\n', { image: null }), [
    '2:1: nothing says which image this unit gets; add the column image, or --image: cxo-test-board, router-test-board',
  ]);
});

test('what a record cannot hold is found before anything is written', async () => {
  const [line = ''] = await mistakes(`serial,QUOTA_MIB\nACME-000001,${'x'.repeat(300_000)}\n`);
  assert.match(line, /^2:1: /);
});

test('no list, an empty one, one that is no UTF-8', async () => {
  assert.match((await mistakes(''))[0]!, '1:1: no unit is listed');
  assert.match((await mistakes('serial\n'))[0]!, '1:1: no unit is listed');
  assert.match((await mistakes(Buffer.from([0x73, 0xff, 0x0a])))[0]!, 'is not UTF-8');
  const missing = await readUnits(join(folder, 'none.csv'), context).catch((error) => error);
  assert.is(missing.code, 'FILE_UNUSABLE');
});

function byPlace(a: string, b: string): number {
  const [lineA = 0, columnA = 0] = a.split(':').map(Number);
  const [lineB = 0, columnB = 0] = b.split(':').map(Number);
  return lineA - lineB || columnA - columnB;
}

test.run();
