import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { ReadableRoot, RootEntry } from './root-problems.ts';

/** Content of all files together, in bytes: releases' roots have some 20 MB. */
const mostContent = 512 << 20;

/**
 * The root file system that a release packs with tar and gzip (`…-rootfs.tar.gz`), read into memory.
 * @throws BoardsmithError AUDIT_FAILED if it cannot be unpacked, names a path twice or one that climbs, or is too large; the signal's reason
 */
export async function openTarRoot(archive: string, signal: AbortSignal): Promise<ReadableRoot> {
  const entries = new Map<string, RootEntry>();
  const contents = new Map<string, Buffer>();
  let size = 0;
  const unpack = extract();
  const reading = (async () => {
    for await (const entry of unpack) {
      const { header } = entry;
      size += header.size ?? 0;
      if (size > mostContent) throw new RangeError('it is too large');
      const path = plainPath(header.name);
      const content = await buffer(entry);
      if (path !== '/' && entries.has(path)) throw new RangeError(`it names ${path} twice`);
      // A hard link is the file that it names, which comes before it.
      const linked = header.type === 'link' ? plainPath(header.linkname ?? '') : path;
      if (header.type === 'file') contents.set(path, content);
      else if (header.type === 'link') contents.set(path, contentOf(contents, linked));
      entries.set(path, entryOf(path, header));
    }
  })();
  try {
    await Promise.all([pipeline(createReadStream(archive), createGunzip(), unpack, { signal }), reading]);
  } catch (cause) {
    signal.throwIfAborted();
    throw new BoardsmithError(
      'AUDIT_FAILED',
      `the root file system cannot be unpacked: ${(cause as Error).message}`,
      { hint: 'build it again; if it stays so, the ImageBuilder does not make what it says', cause },
    );
  }
  return {
    entries: async () => [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    readFile: async (path) => contentOf(contents, path),
  };
}

function contentOf(contents: ReadonlyMap<string, Buffer>, path: string): Buffer {
  const content = contents.get(path);
  if (content === undefined) throw new RangeError(`it has no file ${path}`);
  return content;
}

function entryOf(path: string, { type, mode, uid, gid, linkname }: Header): RootEntry {
  return {
    path,
    type: type === 'link' ? 'file' : (type ?? 'file'),
    mode: mode ?? 0,
    uid: uid ?? 0,
    gid: gid ?? 0,
    target: type === 'symlink' ? (linkname ?? '') : '',
  };
}

/** `./etc/passwd` → `/etc/passwd`. @throws RangeError for one that climbs */
function plainPath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new RangeError(`${name} climbs out of it`);
  return `/${parts.join('/')}`;
}
