import { execa } from 'execa';

/** What is mounted over a folder: a file system of so many KiB, or the folder itself, read-only. */
export type Mount = { readonly tmpfsKiB: number } | 'read-only';

/** Words to put before a command so that it, and nobody else, sees the folder so. No root is needed where the kernel lets users have namespaces. */
export function mounting(folder: string, mount: Mount): string[] {
  const commands =
    mount === 'read-only'
      ? ['mount --bind "$1" "$1"', 'mount -o remount,bind,ro "$1"']
      : [`mount -t tmpfs -o size=${mount.tmpfsKiB}k none "$1"`];
  const script = [...commands, 'shift', 'exec "$@"'].join(' && ');
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder];
}

/** Why this machine cannot mount so, or null. */
export async function cannotMount(): Promise<string | null> {
  const { failed } = await execa(
    'unshare',
    ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'],
    {
      reject: false,
    },
  );
  return failed ? 'this machine lets nobody mount in a namespace of their own' : null;
}
