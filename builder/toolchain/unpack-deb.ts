import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { arMembers } from './ar-members.ts';
import { refusedArchive, unpacking } from './archive-error.ts';
import { compressionOf, decompress } from './decompress.ts';
import { Extraction } from './extraction.ts';
import { unpackTar } from './unpack-tar.ts';

export interface UnpackOptions {
  /** Which paths to unpack (relative, as they lie in the folder afterwards, without `./`). All without it. */
  readonly only?: (path: string) => boolean;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks the files of a Debian package into a folder, as dpkg would lay them on a system with a merged /usr: `lib/x` becomes
 * `usr/lib/x`. Several packages can be laid into one folder. Scripts of the package are not run.
 * @param deb path of the .deb file
 * @param directory made if it is not there
 * @throws BoardsmithError INPUT_CORRUPT if the package is damaged or would write outside the folder; the signal's reason
 */
export async function unpackDeb(deb: string, directory: string, options: UnpackOptions = {}): Promise<void> {
  const { only = () => true } = options;
  await mkdir(directory, { recursive: true });
  await unpacking(deb, async () => {
    const members = await arMembers(deb);
    const data = members.find(({ name }) => name.startsWith('data.tar'));
    if (members[0]?.name !== 'debian-binary' || data === undefined) {
      throw refusedArchive(deb, 'not a Debian package');
    }
    const range = { start: data.offset, end: data.offset + data.size - 1, highWaterMark: 1 << 20 };
    const compression = compressionOf(deb, data.name.slice('data.tar'.length));
    await unpackTar(
      decompress(createReadStream(deb, range), compression),
      new Extraction(directory, deb, options.signal),
      {
        place: (path) => (!isMergedFolder(path) && only(mergeUsr(path)) ? mergeUsr(path) : null),
        links: 'keep',
      },
    );
  });
}

/** The links into /usr themselves, which base-files brings: every package lays its files behind them already. */
function isMergedFolder(path: string): boolean {
  return /^(?:bin|sbin|lib|lib64)$/.test(path);
}

/** Debian's usr-merge: these folders of the root are links into /usr. */
function mergeUsr(path: string): string {
  return /^(?:bin|sbin|lib|lib64)(?:\/|$)/.test(path) ? `usr/${path}` : path;
}
