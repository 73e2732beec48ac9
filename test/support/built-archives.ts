import { execFileSync } from 'node:child_process';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { crc32 } from '../../builder/image/crc32.ts';

/** An entry of an archive that a test builds; names are taken as they are, bad ones too. */
export interface BuiltEntry extends Partial<Header> {
  readonly name: string;
  readonly content?: string | Buffer;
}

export async function builtTar(entries: readonly BuiltEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of entries) {
    const mtime = new Date(0);
    if (header.type === undefined || header.type === 'file')
      tar.entry({ mtime, ...header }, Buffer.from(content));
    else tar.entry({ mtime, ...header });
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

export async function builtNpmTarball(entries: readonly BuiltEntry[]): Promise<Buffer> {
  return gzipSync(await builtTar(entries));
}

export function builtAr(members: readonly { name: string; content: Buffer }[]): Buffer {
  const parts = members.flatMap(({ name, content }) => {
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)];
    const header = `${fields.join('')}${String(content.length).padEnd(10)}\`\n`;
    return [Buffer.from(header), content, Buffer.alloc(content.length % 2, '\n')];
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

const compressXz = 'import lzma, sys; sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read()))';

/** Packed by Python, which the host has for pip: nothing else here can make xz. */
export function builtXz(content: Buffer): Buffer {
  return execFileSync('python3', ['-c', compressXz], { input: content });
}

export async function builtDeb(entries: readonly BuiltEntry[], packing: 'gz' | 'xz' = 'gz'): Promise<Buffer> {
  const tar = await builtTar(entries);
  const data = packing === 'gz' ? gzipSync(tar) : builtXz(tar);
  return builtAr([
    { name: 'debian-binary', content: Buffer.from('2.0\n') },
    { name: 'control.tar.gz', content: gzipSync(await builtTar([])) },
    { name: `data.tar.${packing}`, content: data },
  ]);
}

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
  /** st_mode, or undefined for a zip not made on Unix. */
  readonly mode?: number;
}

/** A zip as wheels are: deflated entries, modes in the external attributes. */
export function builtZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0 } of entries) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(mode * 65536, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}
