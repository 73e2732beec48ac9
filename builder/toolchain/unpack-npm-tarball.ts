import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { unpacking } from './archive-error.ts';
import { decompress } from './decompress.ts';
import { Extraction } from './extraction.ts';
import { unpackTar } from './unpack-tar.ts';

/**
 * Unpacks a package as npm packs it. Its files lie in `package/` afterwards, whatever the tarball calls that folder;
 * links are left out, as npm does.
 * @param directory made if it is not there
 * @throws BoardsmithError INPUT_CORRUPT if it is damaged or would write outside the folder; the signal's reason
 */
export async function unpackNpmTarball(
  tarball: string,
  directory: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await unpacking(tarball, () =>
    unpackTar(decompress(createReadStream(tarball), '.gz'), new Extraction(directory, tarball, signal), {
      place: (path) => path.replace(/^[^/]+/, 'package'),
      links: 'skip',
    }),
  );
}
