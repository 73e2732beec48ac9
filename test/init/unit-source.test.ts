import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unitSource } from '../../builder/init/unit-source.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('what init is told of units');
const partition = '00112233-4455-6677-8899-aabbccddeeff';
const token = { name: 'API_TOKEN', description: 'token', required: true, default: null };
const authorities = [publicKeyLine(testSigner('an authority').publicKey)];
const board = { name: 'test-board' };
const unit = { settings: [], secrets: [], receives: [], authorities: [] };

test('nothing, for an image that believes nobody', () => {
  assert.is(unitSource({ name: 'vault', unit }, board, partition), null);
});

test('an image that believes nobody and needs a secret is not made: its daemon would start without', () => {
  const needy = { name: 'vault', unit: { ...unit, secrets: [token] } };
  assert.throws(() => unitSource(needy, board, partition), /vault needs API_TOKEN of a card/);
  const source = unitSource({ ...needy, unit: { ...needy.unit, authorities } }, board, partition);
  assert.match(source ?? '', '{ "API_TOKEN", VALUE_SECRET, true }');
});

test.run();
