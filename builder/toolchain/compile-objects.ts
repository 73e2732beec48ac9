import { basename, join } from 'node:path';
import type { CompileProgramOptions } from './compile-program.ts';
import { zigCc } from './zig-cc.ts';

/** As those of a program (compile-program.ts), each function in a section of its own: what nothing calls is left out when it is linked. */
const objectFlags: readonly string[] = [
  ...['-fPIE', '-fstack-protector-strong', '-Os'],
  ...['-ffunction-sections', '-fdata-sections'],
];

/**
 * Compiles C into objects, to be linked into a program later; the same sources give the same bytes in any folder.
 * @param options `files` are relative to `directory`; `output` is a folder that is there, which gets `NAME.o` for each `NAME.c`
 * @returns paths of the objects, in the order of the files
 * @throws BoardsmithError STEP_FAILED with what the compiler said; INTERRUPTED
 */
export async function compileObjects(options: CompileProgramOptions): Promise<string[]> {
  const objects: string[] = [];
  for (const file of options.files) {
    const object = join(options.output, `${basename(file, '.c')}.o`);
    const args = ['-target', options.target, ...objectFlags, ...options.flags, '-c', file, '-o', object];
    await zigCc({ ...options, output: object }, args);
    objects.push(object);
  }
  return objects;
}
