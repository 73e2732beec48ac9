import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { givenPublicKey } from '../../builder/cli/given-public-key.ts';
import { publicKeyLine, publicKeyText } from '../../builder/signature/public-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('given-public-key');
const terminal = capturedTerminal({ currentDirectory: folder, environment: {} });
const trusted = generateKey().publicKey;
const stranger = generateKey().publicKey;

test("a key's line is the key, whatever lies under that name in a release that somebody sent", async () => {
  const line = publicKeyLine(trusted);
  const file = join(folder, line);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, publicKeyText(stranger));
  assert.equal(await givenPublicKey(terminal, line), trusted);
});

test('a file is one of the folder that the command was given in, whatever its name begins with', async () => {
  writeFileSync(join(folder, 'RWteam.pub'), publicKeyText(trusted));
  assert.equal(await givenPublicKey(terminal, 'RWteam.pub'), trusted);
});

test.run();
