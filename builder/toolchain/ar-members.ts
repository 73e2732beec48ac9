import { open } from 'node:fs/promises';
import { refusedArchive } from './archive-error.ts';

/** One member of an ar archive: its bytes are `offset` … `offset + size` of the file. */
export interface ArMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

const magic = '!<arch>\n';
/** name 16, mtime 12, uid 6, gid 6, mode 8, size 10, end mark 2: deb(5) and ar(5). */
const headerSize = 60;

/**
 * The members of an ar archive, in order. Long names (GNU, BSD) are not understood: a Debian package has none.
 * @throws BoardsmithError INPUT_CORRUPT if it is no ar archive or ends too early
 */
export async function arMembers(file: string): Promise<ArMember[]> {
  const handle = await open(file, 'r');
  try {
    const { size: fileSize } = await handle.stat();
    const start = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    if (start.buffer.toString('latin1') !== magic) throw refusedArchive(file, 'not an ar archive');
    const members: ArMember[] = [];
    for (let position = magic.length; position < fileSize; ) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerSize), 0, headerSize, position);
      const header = buffer.toString('latin1');
      const size = Number(header.slice(48, 58).trim());
      if (bytesRead !== headerSize || header.slice(58) !== '`\n' || !Number.isSafeInteger(size) || size < 0) {
        throw refusedArchive(file, `no member header at byte ${position}`);
      }
      const offset = position + headerSize;
      if (offset + size > fileSize) throw refusedArchive(file, 'it ends in the middle of a member');
      members.push({ name: header.slice(0, 16).trimEnd().replace(/\/$/, ''), offset, size });
      // Members start at even bytes.
      position = offset + size + (size % 2);
    }
    return members;
  } finally {
    await handle.close();
  }
}
