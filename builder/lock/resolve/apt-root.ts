import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { aptEnvironment } from '../clients/apt-environment.ts';
import type { Environment } from '../clients/client-environment.ts';
import type { DebianMirrors } from '../clients/debian-mirrors.ts';
import { type ClientResult, runClient } from '../clients/run-client.ts';
import { aptFaults, faultOf } from '../fetch/client-faults.ts';

/** Debian's release that inputs are taken from. */
export const suite = 'trixie';

/** A file as apt's verified lists describe it. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly suite: string;
  /** Below its mirror's root. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** A tarball of a source package. */
export type SourceFile = Omit<PackageFile, 'architecture'>;

export interface AptRootOptions {
  readonly folder: string;
  readonly architecture: string;
  /** Lists of packages to install, or of source packages. */
  readonly lists?: 'binary' | 'source';
  readonly mirrors: DebianMirrors;
  /** Versions to stay with where the archive still lists them, though it may have newer ones. */
  readonly preferred: readonly { readonly name: string; readonly version: string }[];
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * An apt of our own for one architecture, in a folder: own sources, lists and configuration, nothing installed. Neither touched by
 * the host's apt nor touching it. Everything that it says comes from lists that the archive's keyring verified.
 */
export class AptRoot {
  readonly #folder: string;
  readonly #architecture: string;
  readonly #mirrors: DebianMirrors;
  readonly #environment: Record<string, string>;
  readonly #signal: AbortSignal;

  private constructor(options: AptRootOptions, environment: Record<string, string>) {
    this.#folder = options.folder;
    this.#architecture = options.architecture;
    this.#mirrors = options.mirrors;
    this.#environment = environment;
    this.#signal = options.signal;
  }

  /**
   * Makes the root and fetches the lists.
   * @throws BoardsmithError HOST_UNSUITABLE (no keyring), INPUT_UNAVAILABLE (mirror out of reach), INPUT_CORRUPT (lists not signed by the keyring, or not as signed)
   */
  static async create(options: AptRootOptions): Promise<AptRoot> {
    const { folder, architecture, mirrors } = options;
    if (!existsSync(mirrors.keyring)) {
      throw new BoardsmithError('HOST_UNSUITABLE', `the archive's keyring ${mirrors.keyring} is not there`, {
        hint: 'apt-get install debian-archive-keyring',
      });
    }
    await mkdir(folder, { recursive: true });
    const environment = await aptEnvironment(options.environment, folder, options.signal);
    const trust = `[arch=${architecture} signed-by=${mirrors.keyring}]`;
    const sources = [`${mirrors.main} ${suite}`, `${mirrors.main} ${suite}-updates`];
    if (mirrors.security !== null) sources.push(`${mirrors.security} ${suite}-security`);
    const type = options.lists === 'source' ? 'deb-src' : 'deb';
    const lines = sources.map((source) => `${type} ${trust} ${source} main\n`);
    await writeFile(join(folder, 'etc/sources.list'), lines.join(''));
    // Above every suite's own priority; what is not listed has no effect.
    const pins = options.preferred.map(
      ({ name, version }) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 995\n`,
    );
    await writeFile(join(folder, 'etc/preferences'), pins.join('\n'));
    const apt = new AptRoot(options, environment);
    await apt.#update();
    return apt;
  }

  /** The package alone. */
  async file(name: string): Promise<PackageFile> {
    const files = await this.#printUris(name, ['download', name]);
    return files[0]!;
  }

  /** The package and all that it depends on, without what it only recommends. */
  async closure(name: string): Promise<readonly PackageFile[]> {
    return await this.#printUris(name, ['install', name]);
  }

  /** The tarballs of a source package: upstream's and Debian's. What signs and describes them is apt's to judge. */
  async source(name: string): Promise<readonly SourceFile[]> {
    const lines = await this.#uriLines(name, ['source', name]);
    return lines
      .map((line) => this.#parseSourceUri(name, line))
      .filter(({ path }) => /\.tar\.[a-z0-9]+$/.test(path));
  }

  /** Value of `Depends` of the version that would be installed; empty if it has none. */
  async dependencies(name: string): Promise<string> {
    const { stdout } = await this.#run('apt-cache', ['show', '--no-all-versions', name]);
    return /^Depends: (.*)$/m.exec(stdout)?.[1] ?? '';
  }

  async #update(): Promise<void> {
    const { ok, stderr } = await this.#run('apt-get', ['-q', 'update', '--error-on=any']);
    if (ok) return;
    const reason = stderr
      .split('\n')
      .filter((line) => /^[EW]:/.test(line))
      .join('\n');
    // Whoever can tamper with lists can cut connections too: only a plain fault of the network counts as one.
    if (faultOf(reason, aptFaults) === 'passing' && !/signature|not signed|NO_PUBKEY/i.test(reason)) {
      throw new BoardsmithError('INPUT_UNAVAILABLE', `cannot fetch Debian's package lists\n${reason}`, {
        hint: 'connect this machine to the network and run the same command again',
      });
    }
    throw new BoardsmithError(
      'INPUT_CORRUPT',
      `Debian's package lists are not to be trusted or not there\n${reason}`,
      {
        hint: 'look at the mirror in /etc/apt, or name another with BOARDSMITH_DEBIAN_MIRROR',
      },
    );
  }

  async #printUris(name: string, args: readonly string[]): Promise<PackageFile[]> {
    return (await this.#uriLines(name, args)).map((line) => this.#parseUri(line));
  }

  async #uriLines(name: string, args: readonly string[]): Promise<string[]> {
    const call = ['-qq', '--yes', '--print-uris', ...args];
    let result = await this.#run('apt-get', call);
    // Versions that do not go together with what must be new: then all of this answer is.
    if (!result.ok) result = await this.#run('apt-get', ['-o', 'Dir::Etc::Preferences=/dev/null', ...call]);
    const { ok, stdout, stderr } = result;
    if (!ok) {
      throw new BoardsmithError(
        'INPUT_UNAVAILABLE',
        `Debian ${suite} has no ${name} for ${this.#architecture}\n${stderr.trim()}`,
        {
          hint: 'correct the name of the package where it is asked for',
        },
      );
    }
    return stdout.split('\n').filter((line) => line.startsWith("'"));
  }

  /** One line is `'URI' NAME_VERSION_ARCHITECTURE.deb SIZE SHA256:HEX`, with `:` of the version as %3a. */
  #parseUri(line: string): PackageFile {
    const match = /^'([^']+)' ([^_ ]+)_([^_ ]+)_([^_ ]+)\.deb (\d+) SHA256:([0-9a-f]{64})$/.exec(line);
    const uri = match?.[1] ?? '';
    const base = this.#baseOf(uri);
    if (match === null || base === null) throw this.#strange(line);
    return {
      name: match[2]!,
      version: decodeURIComponent(match[3]!),
      architecture: match[4]!,
      suite: base === this.#mirrors.security ? `${suite}-security` : suite,
      path: decodeURIComponent(uri.slice(base.length + 1)),
      size: Number(match[5]),
      sha256: match[6]!,
    };
  }

  /** One line is `'URI' FILE SIZE SHA256:HEX`; of FILE, `NAME_VERSION.orig.tar.xz` or `NAME_VERSION.debian.tar.xz`, only Debian's has the whole version. */
  #parseSourceUri(name: string, line: string): SourceFile {
    const match = /^'([^']+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/.exec(line);
    const base = this.#baseOf(match?.[1] ?? '');
    if (match === null || base === null) throw this.#strange(line);
    return {
      name,
      version: /^[^_]+_(.+?)(?:\.(?:orig|debian))?(?:-[a-z0-9]+)?\.(?:tar|dsc)/.exec(match[2]!)?.[1] ?? '',
      suite: base === this.#mirrors.security ? `${suite}-security` : suite,
      path: decodeURIComponent(match[1]!.slice(base.length + 1)),
      size: Number(match[3]),
      sha256: match[4]!,
    };
  }

  #baseOf(uri: string): string | null {
    const { main, security } = this.#mirrors;
    return [security, main].find((address) => address !== null && uri.startsWith(`${address}/`)) ?? null;
  }

  #strange(line: string): BoardsmithError {
    return new BoardsmithError('INPUT_CORRUPT', `apt answers with something else than a pool file: ${line}`, {
      hint: 'name a plain mirror with BOARDSMITH_DEBIAN_MIRROR',
    });
  }

  async #run(program: string, args: readonly string[]): Promise<ClientResult> {
    const settings = [
      '-o',
      `APT::Architecture=${this.#architecture}`,
      '-o',
      `APT::Architectures=${this.#architecture}`,
    ];
    return await runClient(program, [...settings, ...args], {
      environment: this.#environment,
      directory: this.#folder,
      signal: this.#signal,
    });
  }
}
