import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import { contentSize, streamContent } from './file-content.ts';
import type { Tree, TreeEntry } from './tree.ts';

/**
 * The tree as a tar stream (ustar, pax where a name or size needs it), the same bytes for the same tree on any machine:
 * names relative to the root (`./` is the root), no user or group names.
 * @param mtime seconds since 1970, of every entry
 */
export function writeTar(tree: Tree, mtime: number): Readable {
  return Readable.from(tarChunks(tree, mtime), { objectMode: false });
}

async function* tarChunks(tree: Tree, mtime: number): AsyncGenerator<Uint8Array> {
  const tar = pack();
  let failure: unknown;
  const writing = addEntries(tar, tree, new Date(mtime * 1000)).catch((error: unknown) => {
    failure = error;
    tar.destroy();
  });
  try {
    for await (const chunk of tar) yield chunk as Uint8Array;
  } catch (error) {
    failure ??= error;
  }
  await writing;
  if (failure !== undefined) throw failure;
}

async function addEntries(tar: Pack, tree: Tree, mtime: Date): Promise<void> {
  for (const entry of tree) {
    const size = entry.type === 'file' ? await contentSize(entry) : 0;
    const content = entry.type === 'file' ? Readable.from(streamContent(entry, size)) : undefined;
    await new Promise<void>((resolve, reject) => {
      const sink = tar.entry({ ...header(entry), size, mtime }, (error) => {
        content?.destroy();
        if (error) reject(error);
        else resolve();
      });
      content?.once('error', (error) => sink.destroy(error)).pipe(sink);
    });
  }
  tar.finalize();
}

function header(entry: TreeEntry): Parameters<Pack['entry']>[0] {
  const { mode, uid, gid, type } = entry;
  const name = entry.path === '/' ? './' : `.${entry.path}`;
  const common = { name, mode, uid, gid, type, uname: '', gname: '' };
  // A symlink has no mode of its own.
  return entry.type === 'symlink' ? { ...common, mode: 0o777, linkname: entry.target } : common;
}
