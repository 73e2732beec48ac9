import { createHash } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Turns } from '../lock/turns.ts';

const blockSize = 1 << 20;
const zeros = Buffer.alloc(blockSize);

/**
 * sha256 over all that a folder holds: paths, types, modes, targets of links, and every byte. Blocks of zeros count by their place alone,
 * since an image is mostly empty slots and comparing is far faster than hashing. Files are read synchronously, which with thousands of small
 * ones is several times faster, and others get their turn in between.
 * @returns lower-case hex
 * @throws the signal's reason; an Error of the file system
 */
export async function treeDigest(root: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(blockSize);
  const turns = new Turns(signal);
  const visit = async (folder: string): Promise<void> => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      await turns.take();
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) line(hash, 'link', path, readlinkSync(join(root, path)));
      else if (entry.isDirectory()) {
        line(hash, 'folder', path, modeOf(lstatSync(join(root, path))));
        await visit(path);
      } else {
        const descriptor = openSync(join(root, path), 'r');
        try {
          const status = fstatSync(descriptor);
          line(hash, 'file', path, modeOf(status), status.size);
          for (let offset = 0; ; ) {
            const length = readSync(descriptor, buffer, 0, blockSize, offset);
            if (length === 0) break;
            const block = buffer.subarray(0, length);
            if (!block.equals(zeros.subarray(0, length))) {
              line(hash, 'block', offset, length);
              hash.update(block);
            }
            offset += length;
            await turns.take();
          }
        } finally {
          closeSync(descriptor);
        }
      }
    }
  };
  await visit('');
  return hash.digest('hex');
}

/** Written as JSON: no two different lists of parts have one text. */
function line(hash: ReturnType<typeof createHash>, ...parts: readonly (string | number)[]): void {
  hash.update(`${JSON.stringify(parts)}\n`);
}

function modeOf({ mode }: { readonly mode: number }): number {
  return mode & 0o7777;
}
