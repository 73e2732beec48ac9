import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseOptions, layBaseLibraries } from './base-libraries.ts';
import { deafenBun } from './deafen-bun.ts';

export interface BunBaseOptions extends BaseOptions {
  /** Folder of the unpacked npm package with Bun for musl. */
  readonly bun: string;
}

/**
 * Makes the base of all Bun programs: `bun`, stripped and deaf to what would steer it, and in `lib` the libraries that it needs. It is stripped here and
 * never again: strip would take the daemon out of a compiled program.
 * @throws BoardsmithError as `layBaseLibraries` and `deafenBun`
 */
export async function makeBunBase(options: BunBaseOptions): Promise<void> {
  const stripTo = await layBaseLibraries(options, 'libstdc++.so.6');
  await stripTo(join(options.bun, 'package/bin/bun'), 'bun');
  const file = join(options.output, 'bun');
  const bun = await readFile(file);
  deafenBun(bun);
  await writeFile(file, bun);
}
