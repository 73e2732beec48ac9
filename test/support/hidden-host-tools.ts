import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** What a build might take from this machine by a full path, past its own environment. */
const hidden = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/include',
  '/usr/share',
  '/usr/local',
  '/usr/libexec',
  '/usr/lib/gcc',
];

/**
 * Words before `node`'s parameters with which a program runs where this machine's tools, headers and their data are empty folders: a mount
 * namespace of its own.
 * @param folder an empty folder
 * @returns null, and says so, where that cannot be done
 */
export async function withoutHostTools(folder: string): Promise<readonly string[] | null> {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  // Node itself is one of them.
  const node = join(folder, 'node');
  await copyFile(process.execPath, node);
  const binds = hidden.map((path) => `if [ -d ${path} ]; then mount --bind ${empty} ${path}; fi`);
  // The last one hides mount itself.
  const late = binds.filter((line) => line.includes('/usr/bin'));
  const script = [...binds.filter((line) => !late.includes(line)), ...late, `exec ${node} "$@"`].join('\n');
  const words = ['unshare', '--mount', 'sh', '-e', '-c', script, 'sh'];
  const probe = "process.exit(require('fs').readdirSync('/usr/bin').length)";
  const [program = '', ...rest] = [...words, '-e', probe];
  const { exitCode } = await execa(program, rest, { reject: false });
  if (exitCode === 0) return words;
  console.log('SKIP hidden tools of this machine: mount namespaces need root');
  return null;
}
