import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PublicKey } from '../signature/keys.ts';
import { isPublicKeyLine, readPublicKey } from '../signature/public-key.ts';
import type { Terminal } from './terminal.ts';

/**
 * A public key of the command line: a file, from the folder that the command was given in, or the key's line itself.
 * @throws BoardsmithError KEY_UNUSABLE
 */
export async function givenPublicKey(terminal: Terminal, named: string): Promise<PublicKey> {
  // A file of that name must not take the key's place: the folder may be the release that is not trusted yet.
  if (isPublicKeyLine(named)) return await readPublicKey(named);
  const path = resolve(terminal.currentDirectory, named);
  return await readPublicKey(existsSync(path) ? path : named);
}
