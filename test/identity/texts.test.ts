import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  certificateText,
  examineCertificate,
  parseCertificate,
} from '../../builder/identity/certificate-text.ts';
import type { BatchCertificate, UnitIdentity } from '../../builder/identity/unit-identity.ts';
import { examineUnit, parseUnit, unitText } from '../../builder/identity/unit-text.ts';
import { seededRandom } from '../cxo/seeded-random.ts';
import { certificateOfTest, unitOfTest } from '../support/batch-trial.ts';
import { matchesGolden } from '../support/golden.ts';
import { rejectedWith } from '../support/rejection.ts';

const test = suite('texts of certificates and units');
const fixtures = join(import.meta.dirname, '../fixtures/identity');

const examine = {
  certificate: (bytes: Uint8Array, name: string) => examineCertificate(bytes, name).problems,
  unit: (bytes: Uint8Array, name: string) => examineUnit(bytes, name).problems,
};

/** All but file names, so that a text that is read wrongly never shows what it holds. */
const hidden = /secret-t|token/;

for (const kind of ['certificate', 'unit'] as const) {
  for (const name of readdirSync(join(fixtures, kind)).sort()) {
    if (name.endsWith('.txt')) continue;
    test(`${kind} ${name} is refused with the lines beside it`, () => {
      const problems = examine[kind](readFileSync(join(fixtures, kind, name)), name);
      assert.not.equal(problems, [], 'it is accepted');
      for (const problem of problems) assert.not.match(problem, hidden);
      matchesGolden(
        `../fixtures/identity/${kind}/${name.replace(/\.[a-z]+$/, '.txt')}`,
        problems.map((line) => `${line}\n`).join(''),
      );
    });
  }
}

test('a certificate is written and read', () => {
  const text = certificateText(certificateOfTest);
  assert.equal(parseCertificate(Buffer.from(text), 'x'), certificateOfTest);
  assert.is(text.split('\n')[3], 'serials: ACME-000001..ACME-000500');
});

test('a unit is written and read', () => {
  const text = unitText(unitOfTest);
  assert.is(text, readFileSync(join(fixtures, 'unit-of-test.unit'), 'latin1'));
  assert.equal(parseUnit(Buffer.from(text), 'x'), unitOfTest);
  const bare = { ...unitOfTest, mac: null, cluster: null, position: null, settings: {}, secrets: {} };
  assert.equal(parseUnit(Buffer.from(unitText(bare)), 'x'), bare);
});

test('a variable may have any name that an environment takes', () => {
  const odd: UnitIdentity = { ...unitOfTest, settings: Object.fromEntries([['__proto__', 'x']]) };
  assert.equal(Object.entries(parseUnit(Buffer.from(unitText(odd)), 'x').settings), [['__proto__', 'x']]);
});

test('what cannot be written is refused, all of it at once and without a value', async () => {
  const odd: BatchCertificate = {
    ...certificateOfTest,
    manufacturer: ' Acme',
    serials: { ...certificateOfTest.serials, last: 0 },
    key: 'K',
  };
  const refused = await rejectedWith(
    Promise.resolve().then(() => certificateText(odd)),
    'UNITS_INVALID',
    /no certificate of a batch/,
  );
  assert.is(refused.problems.length, 3);
  const unit: UnitIdentity = {
    ...unitOfTest,
    serial: 'acme',
    settings: { 'A-B': 'hidden', NUL: 'hidden\0', LONG: 'hidden'.repeat(1000), LONE: 'hidden\ud800' },
    secrets: { NUL: 'hidden' },
  };
  const error = await rejectedWith(
    Promise.resolve().then(() => unitText(unit)),
    'UNITS_INVALID',
    /no record of a unit/,
  );
  assert.is(error.problems.length, 5);
  assert.not.match(JSON.stringify(error), /hidden/);
});

test('a record that is too long is refused', () => {
  const long = Buffer.alloc(262145, 'x');
  assert.equal(examineUnit(long, 'unit').problems, ['unit: it has more than 262144 bytes']);
});

test('there is one way to write what a text says: what is read and written again is the same', () => {
  const random = seededRandom(7);
  const texts = { certificate: certificateText(certificateOfTest), unit: unitText(unitOfTest) };
  let accepted = 0;
  for (let round = 0; round < 4000; round++) {
    for (const kind of ['certificate', 'unit'] as const) {
      const bytes = Buffer.from(texts[kind], 'latin1');
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      if (kind === 'certificate') {
        const { certificate, problems } = examineCertificate(bytes, 'x');
        assert.is(certificate === null, problems.length > 0);
        if (certificate === null) continue;
        assert.is(certificateText(certificate), bytes.toString('latin1'));
      } else {
        const { unit, problems } = examineUnit(bytes, 'x');
        assert.is(unit === null, problems.length > 0);
        if (unit === null) continue;
        assert.is(unitText(unit), bytes.toString('latin1'));
      }
      accepted++;
    }
  }
  assert.ok(accepted > 100, `${accepted} of the changed texts are texts, too`);
});

test.run();
