import { readContent } from './file-content.ts';
import type { Tree, TreeEntry } from './tree.ts';

/** File type bits of st_mode (inode(7)). */
const typeBits = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;
const trailer = 'TRAILER!!!';

/**
 * The tree as a cpio archive in the "newc" format, which the kernel unpacks as initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). The same bytes for the same tree on any machine: inode numbers count
 * from 1 in the tree's order. The root folder is left out: the kernel has one. Device nodes are not needed: the kernel's own built-in archive
 * (usr/default_cpio_list) brings /dev and /dev/console before this one is unpacked.
 * @param mtime seconds since 1970, of every entry
 */
export async function writeCpio(tree: Tree, mtime: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let inode = 0;
  for (const entry of tree) {
    if (entry.path === '/') continue;
    inode += 1;
    const content = await contentOf(entry);
    parts.push(header(entry, { inode, mtime, size: content.length }), padded(content));
  }
  parts.push(record(trailer, { nlink: 1 }));
  return padded(Buffer.concat(parts), 512);
}

async function contentOf(entry: TreeEntry): Promise<Buffer> {
  if (entry.type === 'file') return await readContent(entry);
  return entry.type === 'symlink' ? Buffer.from(entry.target) : Buffer.alloc(0);
}

function header(entry: TreeEntry, fields: { inode: number; mtime: number; size: number }): Buffer {
  const permissions = entry.type === 'symlink' ? 0o777 : entry.mode;
  return record(entry.path.slice(1), {
    ...fields,
    mode: typeBits[entry.type] | permissions,
    uid: entry.uid,
    gid: entry.gid,
    nlink: entry.type === 'directory' ? 2 : 1,
  });
}

interface Fields {
  readonly inode?: number;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly nlink: number;
  readonly mtime?: number;
  readonly size?: number;
}

/** Magic and thirteen fields of eight hex digits, then the name with its NUL, up to a multiple of four bytes. */
function record(
  name: string,
  { inode = 0, mode = 0, uid = 0, gid = 0, nlink, mtime = 0, size = 0 }: Fields,
): Buffer {
  const nameBytes = Buffer.from(`${name}\0`);
  const device = [0, 0, 0, 0];
  const numbers = [inode, mode, uid, gid, nlink, mtime, size, ...device, nameBytes.length, 0];
  const hex = numbers.map((number) => number.toString(16).toUpperCase().padStart(8, '0')).join('');
  return padded(Buffer.concat([Buffer.from(`070701${hex}`), nameBytes]));
}

function padded(bytes: Buffer, multiple = 4): Buffer {
  const missing = (multiple - (bytes.length % multiple)) % multiple;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
