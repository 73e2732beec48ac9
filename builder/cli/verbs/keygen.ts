import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { putNewFile } from '../../lock/put-new-file.ts';
import { publicKeyLine, publicKeyText } from '../../signature/public-key.ts';
import { secretKeyText } from '../../signature/secret-key.ts';
import { generateKey } from '../../signature/signing-key.ts';
import { newPassword } from '../ask-password.ts';
import { refuseInWorkTree } from '../refuse-in-work-tree.ts';
import { shownPath } from '../shown-path.ts';
import { describeVerb, type Verb } from './verb.ts';

interface KeygenOptions {
  readonly passwordFile?: string;
  /** commander's form of --no-password. */
  readonly password: boolean;
  readonly json?: true;
}

/** `boardsmith keygen`: a key that signs releases or certificates, in minisign's format. */
export const keygen: Verb = {
  define(program, terminal) {
    describeVerb(
      program,
      'keygen <name>',
      'make a key that signs: NAME.key (keep it) and NAME.pub (give it away), as minisign has them',
      'boardsmith keygen ~/keys/release',
    )
      .option(
        '--password-file <file>',
        'file whose first line is the password (/dev/fd/3 for a descriptor; default: ask)',
      )
      .option('--no-password', 'leave the key unencrypted: whoever reads the file can sign')
      .option('--json', 'print the key that was made as one JSON object')
      .action(async (name: string, options: KeygenOptions) => {
        if (!options.password && options.passwordFile !== undefined) {
          throw new BoardsmithError('USAGE', '--no-password and --password-file say different things', {
            hint: 'give one of them',
          });
        }
        const place = resolve(terminal.currentDirectory, name);
        const [secretFile, publicFile] = [`${place}.key`, `${place}.pub`];
        for (const file of [secretFile, publicFile]) if (existsSync(file)) throw taken(file);
        await refuseInWorkTree(secretFile);
        const path = (file: string): string => resolve(terminal.currentDirectory, file);
        const password = options.password
          ? await newPassword(
              terminal,
              shownPath(terminal, secretFile),
              options.passwordFile === undefined ? undefined : path(options.passwordFile),
            )
          : null;
        const key = generateKey();
        // Encrypting takes seconds: before anything is written.
        const secret = await secretKeyText(key, password);
        await put(secretFile, secret, 0o600);
        try {
          await put(publicFile, publicKeyText(key.publicKey), 0o644);
        } catch (error) {
          await rm(secretFile, { force: true });
          throw error;
        }
        const line = publicKeyLine(key.publicKey);
        if (options.json) {
          terminal.out(
            JSON.stringify({
              id: key.publicKey.id,
              publicKey: line,
              key: secretFile,
              pub: publicFile,
              encrypted: password !== null,
            }),
          );
          return;
        }
        terminal.out(
          `${shownPath(terminal, secretFile)}  the secret key: keep it, and a copy, where nobody else comes`,
        );
        terminal.out(
          `${shownPath(terminal, publicFile)}  the public key ${key.publicKey.id}: give it to who verifies`,
        );
        terminal.out(line);
      });
  },
};

async function put(file: string, text: string, mode: number): Promise<void> {
  try {
    await putNewFile(file, text, mode);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file);
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${file}`, { hint: 'name another place', cause });
  }
}

function taken(file: string): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${file} is there; a key is never overwritten`, {
    hint: 'name another, or move it away yourself',
  });
}
