import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { exitCodes } from '../../builder/error/error-codes.ts';
import { publicKeyText } from '../../builder/signature/public-key.ts';
import { burnFiles } from '../support/burn-files.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('boardsmith release --cosign');
const folder = temporaryFolder('cosign-verb');
const { batchKey } = await burnFiles(folder);
writeFileSync(join(folder, 'own.pub'), publicKeyText(batchKey.publicKey));
writeFileSync(join(folder, 'stranger.pub'), testSigner('a stranger').publicKeyFile);

async function boardsmith(...parameters: string[]) {
  const terminal = capturedTerminal({ currentDirectory: folder, environment: { HOME: folder } });
  return { code: await run(parameters, terminal), notes: terminal.noteLines.join('\n') };
}

const cosign = ['release', '--cosign', 'release', '--key', 'batch.key'];

test('whoever signed before must be who is named', async () => {
  const { code, notes } = await boardsmith(...cosign, '--pub', 'stranger.pub');
  assert.is(code, exitCodes.RELEASE_INVALID, notes);
  assert.is(readdirSync(join(folder, 'release')).filter((file) => file.endsWith('.minisig')).length, 1);
});

test('then two have signed', async () => {
  const added = await boardsmith(...cosign, '--pub', 'team.pub');
  assert.is(added.code, 0, added.notes);
  const { code, notes } = await boardsmith(
    'verify',
    'release',
    '--pub',
    'team.pub',
    '--pub',
    'own.pub',
    '--threshold',
    '2',
  );
  assert.is(code, 0, notes);
  assert.is((await boardsmith(...cosign)).code, exitCodes.KEY_UNUSABLE);
});

test.run();
