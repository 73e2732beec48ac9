import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from './places.ts';

/** A place for a build in which as much as possible is otherwise than in the usual one. */
export interface OtherWorld {
  /** On a file system of another kind, if this machine has one. */
  readonly folder: string;
  /** A copy of the checkout whose folders list their entries in another order. */
  readonly checkout: string;
  /** Words before the command: another user, one core, no network, another umask; each where this machine lets it. */
  readonly wrapper: readonly string[];
  /** True if there is no network. */
  readonly isolated: boolean;
  /** Another language, time zone and date. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a checkout needs for a build. */
const parts = ['recipes', 'qemu', 'package.json', 'overlays', 'openwrt', 'builder'];
/** A build needs about half of it. */
const roomNeeded = 4 * 2 ** 30;
const nobody = 65534;

/** Three years and some days ahead. Tools that a build runs have a clean environment and keep the machine's clock, which has gone on meanwhile. */
const fakedDate = `const RealDate = Date;
const ahead = 97_654_321_000;
globalThis.Date = class Date extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + ahead);
    else super(...values);
  }
  static now() {
    return RealDate.now() + ahead;
  }
};
`;

/** Makes one. What this machine cannot do is said, and left as it is. */
export async function otherWorld(): Promise<OtherWorld> {
  const folder = await mkdtemp(join(await otherFileSystem(), 'boardsmith-other-world-'));
  await chmod(folder, 0o755);
  const copy = join(folder, 'a', 'checkout');
  await mkdir(copy, { recursive: true });
  // Names in reverse, one after the other: folders that keep the order of creation, as on tmpfs, then list it so.
  for (const part of parts) await copyInReverse(join(checkout, part), join(copy, part));
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  await writeFile(join(folder, 'faked-date.mjs'), fakedDate);
  const network = await working('network namespace', [
    'unshare',
    ...(isRoot() ? [] : ['--map-root-user']),
    '--net',
  ]);
  const user = isRoot()
    ? await working('another user', ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'])
    : [];
  if (user.length > 0) await chown(folder, nobody, nobody);
  const core = await working('one core', ['taskset', '--cpu-list', '0']);
  return {
    folder,
    checkout: copy,
    wrapper: [...network, ...core, ...user, 'sh', '-c', 'umask 077; exec "$@"', 'sh'],
    isolated: network.length > 0,
    environment: {
      TZ: 'Pacific/Chatham',
      // Turkish has its own upper case of i, and sorts letters otherwise.
      LC_ALL: 'tr_TR.UTF-8',
      LANGUAGE: 'tr',
      USER: 'nobody',
      NODE_OPTIONS: `--import=${join(folder, 'faked-date.mjs')}`,
    },
  };
}

export async function leaveWorld({ folder }: OtherWorld): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Words that work before a command that can run Node and read the checkout; none if they do not. */
async function working(what: string, words: readonly string[]): Promise<readonly string[]> {
  const [program = '', ...rest] = [
    ...words,
    process.execPath,
    '-p',
    `fs.readFileSync('${checkout}/package.json').length`,
  ];
  const { exitCode } = await execa(program, rest, { reject: false, cwd: '/' });
  if (exitCode === 0) return words;
  console.log(`SKIP ${what}: ${words[0]} does not work here`);
  return [];
}

/** A folder on tmpfs with room from which programs can be run, or the usual one for temporary files. */
async function otherFileSystem(): Promise<string> {
  const candidate = '/dev/shm';
  const room = await statfs(candidate).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  if (room >= roomNeeded && (await canRunPrograms(candidate))) return candidate;
  console.log('SKIP another file system: /dev/shm has no room, or lets no program run');
  return tmpdir();
}

async function canRunPrograms(folder: string): Promise<boolean> {
  const program = join(folder, `boardsmith-can-run-${process.pid}`);
  try {
    await writeFile(program, '#!/bin/sh\nexit 0\n');
    await chmod(program, 0o755);
    return (await execa(program, { reject: false })).exitCode === 0;
  } catch {
    return false;
  } finally {
    await rm(program, { force: true });
  }
}

async function copyInReverse(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => null);
  if (entries === null) {
    await cp(from, to);
    return;
  }
  await mkdir(to);
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? 1 : -1))) {
    await copyInReverse(join(from, name), join(to, name));
  }
}
