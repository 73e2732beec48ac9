import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, type FileSystem, type ReadableFile, type WritableFile } from './file-system.ts';

/** The machine's own file system. */
export const nodeFileSystem: FileSystem = {
  openForReading: async (path) => readable(await open(path, 'r')),
  createFile: async (path) => writable(await open(path, 'wx', 0o600)),
  rename,
  removeFile: unlink,
  // Blocking calls are five times cheaper than trips through the thread pool, and nothing else runs at the start.
  async makeFolder(path) {
    try {
      mkdirSync(path, 0o700);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  },
  async syncFolder(path) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  names: (path) => readdir(path),
  namesAndSizes: async (path) =>
    readdirSync(path).map((name) => ({ name, size: lstatSync(join(path, name)).size })),
  async sizeOf(path) {
    try {
      return (await lstat(path)).size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  },
  async freeBytes(path) {
    const figures = await statfs(path);
    return figures.bavail * figures.bsize;
  },
};

function readable(handle: FileHandle): ReadableFile {
  return {
    size: async () => (await handle.stat()).size,
    async read(target, position) {
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await handle.read(target, filled, target.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    close: () => handle.close(),
  };
}

function writable(handle: FileHandle): WritableFile {
  return {
    async write(bytes, position) {
      // A disk that fills up first takes a part; only the next call says why.
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}
