import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withAuthorities } from '../../builder/cli/given-authorities.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { probeRecipe } from '../init/probe-appliance.ts';
import { rejectedWith } from '../support/rejection.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('authorities of images');
const [own, ofCluster, named, other] = ['own', 'cluster', 'named', 'other'].map((name) =>
  publicKeyLine(testSigner(name).publicKey),
) as [string, string, string, string];

const recipe: ResolvedRecipe = { ...probeRecipe, unit: { ...probeRecipe.unit, authorities: [own] } };
const decided = async (...args: [string[]?, string[]?]): Promise<readonly string[]> =>
  (await withAuthorities([recipe], ...args))[0]!.unit.authorities;

test('the command line decides before the cluster, and the cluster before the recipe', async () => {
  assert.equal(await decided(), [own]);
  assert.equal(await decided(undefined, [ofCluster]), [ofCluster]);
  assert.equal(await decided([named], [ofCluster]), [named]);
});

test('in which order they are named, and how often, is of no account', async () => {
  assert.equal(await decided([named, other, named]), await decided([other, named]));
});

test('what is no key is refused', async () => {
  await rejectedWith(decided(['nowhere.pub']), 'KEY_UNUSABLE', /cannot read the public key nowhere\.pub/);
});

test('a unit that must be given something needs somebody who gives it', async () => {
  const value = { name: 'API_TOKEN', description: 'a secret', required: true, default: null };
  const needy = { ...probeRecipe, unit: { ...probeRecipe.unit, secrets: [value] } };
  await rejectedWith(withAuthorities([needy], undefined), 'USAGE', /must be given API_TOKEN/);
  assert.is((await withAuthorities([needy], [named])).length, 1);
});

test.run();
