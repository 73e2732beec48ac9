import { resolve } from 'node:path';
import type { Command } from 'commander';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import {
  certificateAuthority,
  issueCertificate,
  readCertificateFile,
} from '../../identity/certificate-file.ts';
import { formatSerialRange, parseSerialRange, serialCount } from '../../identity/serial-range.ts';
import { authorityKey } from '../../recipe/authorities.ts';
import { soundHead } from '../../release/verify/sound-head.ts';
import { readSecretKey } from '../../signature/secret-key.ts';
import { passwordAsker } from '../ask-password.ts';
import { givenPublicKey } from '../given-public-key.ts';
import { givenPublicKeys, publicKeysOption } from '../public-keys-option.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { writeWhole } from '../write-whole.ts';
import { describeVerb, type Verb } from './verb.ts';

interface IssueOptions {
  readonly key: string;
  readonly passwordFile?: string;
  readonly manufacturer: string;
  readonly batch: string;
  readonly serials: string;
  readonly release: string;
  readonly pub?: readonly string[];
  readonly threshold?: number;
  readonly unsigned?: true;
  readonly batchKey: string;
  readonly out?: string;
  readonly json?: true;
}

/** `boardsmith batch`: what an authority lets a manufacturer make. */
export const batch: Verb = {
  define(program, terminal) {
    const command = describeVerb(
      program,
      'batch',
      'issue the certificate that lets a manufacturer make the units of a batch, or show one',
      "boardsmith batch issue --key authority.key --manufacturer 'Acme Boards' --batch 2026-11-a --serials ACME-000001..ACME-000500 --release release --pub team.pub --batch-key batch.pub\n  boardsmith batch show 2026-11-a.cert --pub authority.pub",
    );
    defineIssue(command, terminal);
    defineShow(command, terminal);
  },
};

function defineIssue(command: Command, terminal: Terminal): void {
  command
    .command('issue')
    .description(
      'sign the certificate of a batch: the manufacturer, the serials, the release, and the key of the batch',
    )
    .requiredOption('--key <file>', 'secret key of an authority of the release’s images')
    .option('--password-file <file>', 'file whose first line is its password (default: the terminal asks)')
    .requiredOption('--manufacturer <name>', 'who makes the units')
    .requiredOption('--batch <name>', 'name of the batch')
    .requiredOption('--serials <first..last>', 'the serials that its units may have')
    .requiredOption('--release <dir>', 'folder of the release that they are made of')
    .addOption(publicKeysOption('public key whose signature counts on that release'))
    .option('--threshold <n>', 'how many different ones must have signed it (default: 1)', wholeNumber(1))
    .option('--unsigned', 'certify a release whatever its signatures: nobody need vouch for it')
    .requiredOption(
      '--batch-key <file>',
      'public key of the batch, whose secret key stays with the manufacturer',
    )
    .option('--out <file>', 'where to write it, and its signature beside it (default: BATCH.cert)')
    .option('--json', 'print what was written as one JSON object')
    .action(async (options: IssueOptions) => {
      const path = (part: string): string => resolve(terminal.currentDirectory, part);
      const serials = parseSerialRange(options.serials);
      if (typeof serials === 'string') {
        throw new BoardsmithError('USAGE', `--serials ${options.serials} is no range: ${serials}`, {
          hint: 'write it as ACME-000001..ACME-000500',
        });
      }
      const batchKey = await givenPublicKey(terminal, options.batchKey);
      const release = await releaseOf(terminal, path(options.release), options);
      const authority = await readSecretKey(
        path(options.key),
        passwordAsker(terminal, options.passwordFile === undefined ? undefined : path(options.passwordFile)),
      );
      requireAuthority(release.authorities, authority.publicKey.bytes, options);
      const { text, minisig } = issueCertificate(
        {
          ...{ manufacturer: options.manufacturer, batch: options.batch, serials, release: release.digest },
          key: Buffer.from(batchKey.bytes).toString('hex'),
        },
        authority,
      );
      const out = path(options.out ?? `${options.batch}.cert`);
      // Its signature first: a certificate that is there has one.
      await writeWhole(`${out}.minisig`, minisig);
      await writeWhole(out, text);
      if (options.json) {
        terminal.out(
          JSON.stringify({ certificate: out, signature: `${out}.minisig`, units: serialCount(serials) }),
        );
        return;
      }
      terminal.out(`wrote ${out} and ${out}.minisig: ${serialCount(serials)} units of ${release.name}`);
      terminal.note('send both to the manufacturer, with the release');
    });
}

interface ReleaseFacts {
  readonly name: string;
  /** sha256 of its manifest.json. */
  readonly digest: string;
  /** 64 hex digits each, of all its images. */
  readonly authorities: ReadonlySet<string>;
}

/** An authority certifies what its signers stand for: a certificate names the release by its digest alone. */
async function releaseOf(terminal: Terminal, folder: string, options: IssueOptions): Promise<ReleaseFacts> {
  const { pub = [], threshold, unsigned } = options;
  if (unsigned && (pub.length > 0 || threshold !== undefined)) {
    throw new BoardsmithError(
      'USAGE',
      '--unsigned asks for no signature, and --pub and --threshold for some',
      {
        hint: 'leave --unsigned out',
      },
    );
  }
  if (!unsigned && pub.length === 0) {
    throw new BoardsmithError('USAGE', `whose signature ${options.release} must have is not said`, {
      hint: '--pub KEY.pub, of who signed it; --unsigned certifies it whoever made it',
    });
  }
  const keys = await givenPublicKeys(terminal, pub);
  const { manifest, digest } = await soundHead(
    folder,
    { keys, ...(threshold === undefined ? {} : { threshold }) },
    terminal.signal,
  );
  return {
    name: `${manifest.name} ${manifest.version}`,
    digest,
    authorities: new Set(manifest.images.flatMap(({ unit }) => unit.authorities.map(authorityKey))),
  };
}

/** No image would take it. */
function requireAuthority(
  authorities: ReadonlySet<string>,
  key: Uint8Array,
  { key: file, release }: IssueOptions,
): void {
  if (authorities.has(Buffer.from(key).toString('hex'))) return;
  throw new BoardsmithError('KEY_UNUSABLE', `no image of ${release} takes certificates of ${file}`, {
    hint:
      authorities.size === 0
        ? 'its images take no identity at all: release them with --authority KEY.pub'
        : 'name the secret key of one of its authorities',
  });
}

function defineShow(command: Command, terminal: Terminal): void {
  command
    .command('show <file>')
    .description('print what a certificate says, and whether one of the given keys signed it')
    .addOption(publicKeysOption('public key of an authority'))
    .option('--json', 'print it as one JSON object')
    .action(async (file: string, options: { readonly pub?: string[]; readonly json?: true }) => {
      const read = await readCertificateFile(resolve(terminal.currentDirectory, file));
      const { certificate, minisig } = read;
      const keys = await givenPublicKeys(terminal, options.pub);
      const authority = keys.length === 0 ? null : certificateAuthority(read, keys);
      if (typeof authority === 'string') {
        throw new BoardsmithError('UNITS_INVALID', `${file} is not what an authority signed: ${authority}`, {
          hint: 'take both files as the authority sent them, and its public key from where it is published',
        });
      }
      const verified = authority !== null;
      const serials = formatSerialRange(certificate.serials);
      if (options.json) {
        terminal.out(JSON.stringify({ ...certificate, serials, signedBy: minisig.keyId, verified }));
        return;
      }
      terminal.out(`manufacturer  ${certificate.manufacturer}`);
      terminal.out(`batch         ${certificate.batch}`);
      terminal.out(`serials       ${serials} (${serialCount(certificate.serials)} units)`);
      terminal.out(`release       sha256:${certificate.release}`);
      terminal.out(`batch key     ${certificate.key}`);
      terminal.out(`signed by     ${minisig.keyId}${verified ? '' : ', not verified: --pub KEY.pub'}`);
    });
}
