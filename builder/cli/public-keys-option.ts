import { Option } from 'commander';
import type { PublicKey } from '../signature/keys.ts';
import { givenPublicKey } from './given-public-key.ts';
import type { Terminal } from './terminal.ts';

/** `--pub`, as every verb has it: one key each time, so that what follows it is never taken for one. @param what the keys are for */
export function publicKeysOption(what: string): Option {
  return new Option('--pub <key>', `${what}: a file, or its line; several times for several`).argParser(
    (value: string, before: readonly string[] = []) => [...before, value],
  );
}

/** @throws BoardsmithError KEY_UNUSABLE */
export async function givenPublicKeys(
  terminal: Terminal,
  named: readonly string[] | undefined,
): Promise<PublicKey[]> {
  return await Promise.all((named ?? []).map((key) => givenPublicKey(terminal, key)));
}
