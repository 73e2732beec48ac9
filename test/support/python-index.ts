import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, bytes, type LoopbackServer } from './loopback-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A wheel that pip accepts, made by Python's own zip tool. */
export function wheel(name: string, version: string): Buffer {
  const folder = temporaryFolder('wheel');
  const info = `${name}-${version}.dist-info`;
  mkdirSync(join(folder, info));
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'data.bin'), randomBytes(50_000));
  writeFileSync(
    join(folder, info, 'METADATA'),
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  );
  writeFileSync(
    join(folder, info, 'WHEEL'),
    'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  );
  writeFileSync(join(folder, info, 'RECORD'), '');
  execFileSync('python3', ['-m', 'zipfile', '-c', 'made.whl', `${name}/`, `${info}/`], { cwd: folder });
  return readFileSync(join(folder, 'made.whl'));
}

/** Puts a wheel on the index below `/simple/`. @returns the wheel's name */
export function putOnIndex(
  server: LoopbackServer,
  name: string,
  version: string,
  platform: string,
  content: Uint8Array,
  answers: readonly Answer[] = [bytes(content)],
): string {
  const file = `${name}-${version}-py3-none-${platform}.whl`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  server.serve(`/files/${file}`, ...answers);
  const page = `<!DOCTYPE html><html><body><a href="/files/${file}#sha256=${sha256}">${file}</a></body></html>`;
  server.serve(`/simple/${name}/`, bytes(page, 'text/html'));
  return file;
}
