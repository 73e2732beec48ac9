import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Answer, bytes, type LoopbackServer } from './loopback-server.ts';

export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/** A tarball as `npm publish` makes it: `package/package.json` and what `files` names. */
export async function npmTarball(
  manifest: PublishedPackage,
  files: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  // npm's own tarballs have this time; with the clock's the bytes would change.
  const mtime = new Date('1985-10-26T08:15:00Z');
  const archive = pack();
  const compressed = buffer(archive.pipe(createGzip()));
  archive.entry({ name: 'package/package.json', mtime }, JSON.stringify(manifest));
  for (const [name, content] of Object.entries(files))
    archive.entry({ name: `package/${name}`, mtime }, content);
  archive.finalize();
  return await compressed;
}

export function sha512Integrity(content: Uint8Array): string {
  return `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

/** Publishes versions of one package below `/npm/`. The tarballs can be answered otherwise with `tarball`. */
export async function publish(
  server: LoopbackServer,
  versions: readonly PublishedPackage[],
  tarball: (content: Buffer) => readonly Answer[] = (content) => [bytes(content)],
): Promise<Buffer[]> {
  const name = versions[0]!.name;
  const contents = await Promise.all(versions.map((manifest) => npmTarball(manifest)));
  const packument = {
    name,
    'dist-tags': { latest: versions.at(-1)!.version },
    versions: Object.fromEntries(
      versions.map((manifest, index) => {
        const path = `/npm/${name}/-/${name.replace(/^.*\//, '')}-${manifest.version}.tgz`;
        server.serve(path, ...tarball(contents[index]!));
        const dist = { tarball: `${server.address}${path}`, integrity: sha512Integrity(contents[index]!) };
        return [manifest.version, { ...manifest, dist }];
      }),
    ),
  };
  server.serve(`/npm/${name}`, bytes(JSON.stringify(packument), 'application/json'));
  return contents;
}
