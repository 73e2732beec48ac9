import { verityRecordPath } from '../image/verity/verity-record.ts';
import { writeCpio } from '../rootfs/write-cpio.ts';

/** An archive for the beginning of an initramfs that holds the record of a root's hash tree where init looks for it. */
export async function verityArchive(record: string, mtime: number): Promise<Buffer> {
  const owner = { uid: 0, gid: 0, origin: 'built:root' };
  return await writeCpio(
    [{ ...owner, type: 'file', path: verityRecordPath, mode: 0o400, content: { file: record } }],
    mtime,
  );
}
