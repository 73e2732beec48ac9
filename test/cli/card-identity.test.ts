import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { identityInShort, identityLines, readCardIdentity } from '../../builder/cli/card-identity.ts';
import { encodeIdentity } from '../../builder/identity/identity-partition.ts';
import { writeDisk } from '../../builder/image/disk.ts';
import { layout } from '../../builder/image/layout.ts';
import { authority, batchKey, signedBy, unitOfTest } from '../support/batch-trial.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testBoard } from '../support/test-board.ts';

const test = suite('the identity of a card that is inspected');
const folder = temporaryFolder('card-identity');
const encoded = encodeIdentity(signedBy(authority), unitOfTest, batchKey);

async function cardWith(name: string, identity: Uint8Array): Promise<string> {
  const [content, output] = [join(folder, `${name}.identity`), join(folder, name)];
  await writeFile(content, identity);
  await writeDisk({
    ...{ layout: layout(testBoard, name), contents: { identity: content }, bootloader: null, output },
    signal: new AbortController().signal,
  });
  return output;
}

test('a card without one', async () => {
  const identity = await readCardIdentity(await cardWith('none.img', Buffer.alloc(512)));
  assert.is(identity.verdict, 'none');
  assert.equal(identityLines(identity), []);
  assert.is(identityInShort(identity), null);
});

test('serial, manufacturer and batch are shown; seed and secrets never', async () => {
  const identity = await readCardIdentity(await cardWith('sound.img', encoded));
  assert.is(identity.verdict, 'sound');
  assert.is(identityInShort(identity), 'unit ACME-000017');
  const text = identityLines(identity).join('\n') + JSON.stringify(identity);
  for (const shown of ['ACME-000017', 'Acme Boards & Sons', '2026-11-a', 'API_TOKEN'])
    assert.ok(text.includes(shown), shown);
  for (const hidden of ['very-secret', unitOfTest.deviceSeed, 'grüß'])
    assert.not.ok(text.includes(hidden), hidden);
});

test('a damaged one is said to be wrong', async () => {
  const damaged = Buffer.from(encoded);
  damaged[500]! ^= 1;
  const identity = await readCardIdentity(await cardWith('damaged.img', damaged));
  assert.is(identity.verdict, 'refused');
  assert.ok(identity.problems.length > 0);
  assert.is(identityInShort(identity), 'a refused identity');
});

test.run();
