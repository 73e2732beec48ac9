import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebianEntry } from '../../builder/lock/lock-format.ts';
import { bytes, type LoopbackServer } from './loopback-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface RepositoryPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: 'amd64' | 'arm64' | 'all';
  readonly depends?: string;
  readonly recommends?: string;
}

/** Files of a source package: `NAME_VERSION.dsc` and tarballs. */
export interface RepositorySource {
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
}

/** A key pair in a folder of its own. Needs gpg. */
export class SigningKey {
  readonly #home = temporaryFolder('gpg');
  /** Public key, as apt takes it. */
  readonly keyring = join(this.#home, 'keyring.gpg');

  constructor() {
    this.#gpg(
      '--passphrase',
      '',
      '--quick-generate-key',
      'Test archive <archive@localhost>',
      'ed25519',
      'sign',
    );
    writeFileSync(this.keyring, this.#gpg('--export'));
  }

  sign(text: string): Buffer {
    writeFileSync(join(this.#home, 'text'), text);
    return this.#gpg('--clearsign', '--output', '-', join(this.#home, 'text'));
  }

  /** A signature in a file of its own, armoured. */
  signDetached(content: Uint8Array): Buffer {
    writeFileSync(join(this.#home, 'content'), content);
    return this.#gpg('--armor', '--detach-sign', '--output', '-', join(this.#home, 'content'));
  }

  /** The public key, armoured. */
  armoured(): Buffer {
    return this.#gpg('--armor', '--export');
  }

  /** 40 upper-case hex digits. */
  get fingerprint(): string {
    return /^fpr:+([0-9A-F]{40}):$/m.exec(this.#gpg('--with-colons', '--list-keys').toString())![1]!;
  }

  /** Ends the agent that gpg started for this folder. */
  close(): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
  }

  #gpg(...args: string[]): Buffer {
    const all = [
      '--homedir',
      this.#home,
      '--batch',
      '--quiet',
      '--yes',
      '--pinentry-mode',
      'loopback',
      ...args,
    ];
    return execFileSync('gpg', all, { stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

export function hasGpg(): boolean {
  try {
    execFileSync('gpg', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Serves a signed archive of the suites trixie and trixie-updates (empty) below `root`.  */
export function serveRepository(
  server: LoopbackServer,
  root: string,
  packages: readonly RepositoryPackage[],
  sign: (release: string) => Buffer,
  sources: readonly RepositorySource[] = [],
): void {
  for (const [suite, held, heldSources] of [
    ['trixie', packages, sources],
    ['trixie-updates', [], []],
    ['trixie-security', [], []],
  ] as const) {
    const sourceIndex = heldSources.map((one) => sourceParagraph(one)).join('\n');
    const sourcePath = 'main/source/Sources';
    server.serve(`${root}/dists/${suite}/${sourcePath}`, bytes(sourceIndex));
    const files = ['amd64', 'arm64'].map((architecture) => {
      const index = held
        .filter((one) => one.architecture === architecture || one.architecture === 'all')
        .map((one) => paragraph(server, root, one))
        .join('\n');
      const path = `main/binary-${architecture}/Packages`;
      server.serve(`${root}/dists/${suite}/${path}`, bytes(index));
      return ` ${sha256(index)} ${Buffer.byteLength(index)} ${path}\n`;
    });
    const release = [
      'Origin: Debian',
      'Label: Debian',
      `Suite: ${suite}`,
      `Codename: ${suite}`,
      `Date: ${new Date().toUTCString()}`,
      'Architectures: all amd64 arm64',
      'Components: main',
      `SHA256:\n${files.join('')} ${sha256(sourceIndex)} ${Buffer.byteLength(sourceIndex)} ${sourcePath}\n`,
    ].join('\n');
    server.serve(`${root}/dists/${suite}/InRelease`, bytes(sign(release)));
  }
}

function sourceParagraph({ name, version, files }: RepositorySource): string {
  const lines = files.map((file) => ` ${sha256(file)} ${Buffer.byteLength(file)} ${file}`);
  return `${[
    `Package: ${name}`,
    'Format: 3.0 (quilt)',
    `Binary: ${name}`,
    'Architecture: any',
    `Version: ${version}`,
    'Maintainer: Test <test@localhost>',
    `Directory: pool/main/${name[0]}/${name}`,
    'Checksums-Sha256:',
    ...lines,
  ].join('\n')}\n`;
}

/** The lock's entry for a package that `serveRepository` serves. */
export function listedEntry(one: RepositoryPackage): DebianEntry {
  const { name, version, architecture } = one;
  const content = packageContent(one);
  const pin = { size: content.length, sha256: sha256(content) };
  return { kind: 'debian', name, version, architecture, suite: 'trixie', path: poolPath(one), ...pin };
}

function poolPath({ name, version, architecture }: RepositoryPackage): string {
  return `pool/main/${name[0]}/${name}/${name}_${version.replace(/^\d+:/, '')}_${architecture}.deb`;
}

function paragraph(server: LoopbackServer, root: string, one: RepositoryPackage): string {
  const path = poolPath(one);
  const content = packageContent(one);
  server.serve(`${root}/${path}`, bytes(content));
  const fields = [
    `Package: ${one.name}`,
    `Version: ${one.version}`,
    `Architecture: ${one.architecture}`,
    'Maintainer: Test <test@localhost>',
    ...(one.depends === undefined ? [] : [`Depends: ${one.depends}`]),
    ...(one.recommends === undefined ? [] : [`Recommends: ${one.recommends}`]),
    `Filename: ${path}`,
    `Size: ${content.length}`,
    `SHA256: ${sha256(content)}`,
  ];
  return `${fields.join('\n')}\n`;
}

/** Bytes that stand for a package: nothing here unpacks them. */
export function packageContent(one: RepositoryPackage): Buffer {
  return Buffer.from(`${one.name} ${one.version} ${one.architecture}\n`.repeat(100));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
