import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clientEnvironment, type Environment } from '../../clients/client-environment.ts';
import { runClient } from '../../clients/run-client.ts';
import type { Verdict } from './usign.ts';

export interface GpgCheck {
  readonly file: string;
  /** A detached signature, armoured or not. */
  readonly signature: string;
  /** Public keys, armoured or not. */
  readonly key: Buffer;
  /** Of the primary key whose signature is wanted: 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** An empty folder. */
  readonly scratch: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * Asks gpgv whether a file has a good signature by the key of that fingerprint, whatever other keys the key file holds.
 * @throws BoardsmithError HOST_UNSUITABLE without gpgv; an Error if a file cannot be read
 */
export async function verifyGpg(check: GpgCheck): Promise<Verdict> {
  const { scratch, signal } = check;
  await mkdir(scratch, { recursive: true });
  const keyring = join(scratch, 'keyring.gpg');
  await writeFile(keyring, binaryKeys(check.key));
  const args = ['--homedir', scratch, '--keyring', keyring, '--status-fd', '1', check.signature, check.file];
  const { ok, stdout, stderr } = await runClient('gpgv', args, {
    environment: clientEnvironment(check.environment, scratch),
    directory: scratch,
    signal,
  });
  return judgeGpgStatus(ok, stdout, check.fingerprint) ?? (ok ? null : `gpgv refuses it: ${stderr.trim()}`);
}

/** `VALIDSIG`: fingerprint of the signing key first, of its primary key last (GnuPG's doc/DETAILS). */
const valid = /^\[GNUPG:\] VALIDSIG ([0-9A-F]{40})\b.* ([0-9A-F]{40})$/gm;
const bad = /^\[GNUPG:\] (BADSIG|ERRSIG|EXPSIG|EXPKEYSIG|REVKEYSIG|NODATA)\b(.*)$/m;

/** What gpgv's status lines say of a signature that must be one key's. */
export function judgeGpgStatus(ok: boolean, status: string, fingerprint: string): Verdict {
  const wrong = bad.exec(status);
  if (wrong !== null) return `the OpenPGP signature is not good (${wrong[1]}${wrong[2]})`;
  const signers = [...status.matchAll(valid)].map((match) => match[2]!);
  if (signers.length === 0) return 'it has no OpenPGP signature';
  if (!signers.includes(fingerprint)) {
    return `the OpenPGP signature is by the key ${signers.join(', ')}, not by ${fingerprint}`;
  }
  return ok ? null : 'gpgv refuses the OpenPGP signature';
}

/** gpgv takes binary keyrings alone, and keys are published armoured. The checksum line of the armour is not looked at: it is no protection. */
function binaryKeys(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const blocks = [
    ...text.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g),
  ];
  if (blocks.length === 0) return bytes;
  return Buffer.concat(
    blocks.map(([, block]) => {
      const lines = block!.split(/\r?\n/);
      const body = lines.slice(lines.indexOf('', 1) + 1).filter((line) => !line.startsWith('='));
      return Buffer.from(body.join(''), 'base64');
    }),
  );
}
