import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { decompress } from '../toolchain/decompress.ts';
import { readElf } from './elf/read-elf.ts';

/** A kernel module, unpacked, and what its `.modinfo` section says. */
export interface ModuleFile {
  readonly content: Buffer;
  /** Modules that must be loaded before it. */
  readonly depends: readonly string[];
  /** Modules or aliases that should be loaded before it if there are any (`softdep=pre:`). */
  readonly softDepends: readonly string[];
  readonly aliases: readonly string[];
}

/** Reads a `.ko` or `.ko.xz` file. @throws BoardsmithError INPUT_CORRUPT */
export async function readModuleFile(file: string): Promise<ModuleFile> {
  try {
    const content = await readWhole(file);
    const section = readElf(content).sections.find(({ name }) => name === '.modinfo');
    if (section === undefined) throw new Error('it has no .modinfo section');
    const fields = content
      .toString('latin1', section.offset, section.offset + section.size)
      .split('\0')
      .filter((field) => field !== '');
    return {
      content,
      depends: values(fields, 'depends').flatMap((value) => value.split(',').filter(Boolean)),
      softDepends: values(fields, 'softdep').flatMap(preDependencies),
      aliases: values(fields, 'alias'),
    };
  } catch (cause) {
    throw new BoardsmithError(
      'INPUT_CORRUPT',
      `${basename(file)} is no kernel module: ${(cause as Error).message}`,
      {
        hint: 'pin another kernel with boardsmith lock --renew',
        cause,
      },
    );
  }
}

async function readWhole(file: string): Promise<Buffer> {
  if (!file.endsWith('.xz')) return await readFile(file);
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(createReadStream(file), '.xz')) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function values(fields: readonly string[], name: string): string[] {
  return fields.filter((field) => field.startsWith(`${name}=`)).map((field) => field.slice(name.length + 1));
}

/** `pre: a b post: c` → a, b. */
function preDependencies(value: string): string[] {
  const before = /(?:^|\s)pre:\s*(.*?)(?=\s+post:|$)/.exec(value)?.[1] ?? '';
  return before.split(/\s+/).filter(Boolean);
}
