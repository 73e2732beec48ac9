import { mkdir, readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { refusedArchive, unpacking } from './archive-error.ts';
import { Extraction } from './extraction.ts';
import type { UnpackOptions } from './unpack-deb.ts';

/** Entries up to this size (bytes, unpacked) are inflated in one go, larger ones as a stream. */
const smallEntry = 1 << 20;

/**
 * Unpacks a Python wheel (a zip) into a folder. Modes come from the entries' external attributes.
 * The wheel is read into memory: Zig's (100 MB, 19,540 files) took 5 s so, 10 s with a stream from the disk for each file.
 * @param directory made if it is not there
 * @throws BoardsmithError INPUT_CORRUPT if it is damaged or would write outside the folder; the signal's reason
 */
export async function unpackWheel(
  wheel: string,
  directory: string,
  options: UnpackOptions = {},
): Promise<void> {
  const { only = () => true } = options;
  await mkdir(directory, { recursive: true });
  const bytes = await readFile(wheel);
  await unpacking(wheel, async () => {
    // yauzl itself refuses absolute names, `..` and backslashes.
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    const extraction = new Extraction(directory, wheel, options.signal);
    for await (const entry of zip.eachEntry()) {
      await extraction.turn();
      const path = extraction.path(entry.fileName);
      if (!only(path)) continue;
      const mode = unixMode(wheel, entry);
      if (entry.fileName.endsWith('/')) extraction.directory(path, mode ?? 0o755);
      else await extraction.file(path, mode ?? 0o644, await content(bytes, zip, entry));
    }
  });
}

/** The upper half of the external attributes is st_mode, if the zip was made on Unix; 0 otherwise. */
function unixMode(wheel: string, entry: Entry): number | undefined {
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & 0o170000;
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) {
    throw refusedArchive(wheel, `${entry.fileName} is neither a file nor a folder`);
  }
  return mode === 0 ? undefined : mode & 0o777;
}

async function content(
  bytes: Buffer,
  zip: ZipFile,
  entry: Entry,
): Promise<Iterable<Uint8Array> | AsyncIterable<Uint8Array>> {
  const deflated = entry.compressionMethod === 8;
  if (!deflated || entry.isEncrypted() || entry.uncompressedSize > smallEntry) {
    return await zip.openReadStreamPromise(entry);
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize);
  const unpacked = inflateRawSync(packed, { maxOutputLength: Math.max(entry.uncompressedSize, 1) });
  if (unpacked.length !== entry.uncompressedSize) {
    throw new Error(`${entry.fileName} has ${unpacked.length} bytes, not ${entry.uncompressedSize}`);
  }
  return [unpacked];
}
