import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpacking } from '../toolchain/archive-error.ts';
import { type Compression, decompress } from '../toolchain/decompress.ts';
import { Extraction } from '../toolchain/extraction.ts';
import { unpackTar } from '../toolchain/unpack-tar.ts';

/**
 * Unpacks a tarball of sources without its outermost folder.
 * @param directory made if it is not there
 * @param wanted decides by the path below that folder
 * @throws BoardsmithError INPUT_CORRUPT; the signal's reason
 */
export async function unpackSource(
  tarball: string,
  directory: string,
  wanted: (path: string) => boolean,
  signal?: AbortSignal,
  compression: Compression = '.xz',
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await unpacking(tarball, () =>
    unpackTar(
      decompress(createReadStream(tarball, { highWaterMark: 1 << 20 }), compression),
      new Extraction(directory, tarball, signal),
      {
        place: (path) => {
          const inner = path.split('/').slice(1).join('/');
          return inner !== '' && wanted(inner) ? inner : null;
        },
        links: 'keep',
      },
    ),
  );
}

const shellLine = /^#! *(?:\/usr\/bin\/env +|\/usr\/bin\/|\/bin\/)(?:ba)?sh\b.*\n/;

/**
 * Takes the first line (`#!/bin/sh`) from scripts, since it would start the host's shell: without it the shell or make that runs a script
 * does so itself.
 */
export async function useStartingShell(root: string): Promise<void> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || (lstatSync(file).mode & 0o111) === 0) continue;
    const text = await readFile(file, 'latin1');
    if (shellLine.test(text)) await writeFile(file, text.replace(shellLine, '\n'), 'latin1');
  }
}
