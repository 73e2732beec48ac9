import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileProbe } from '../../qemu/probe/compile-probe.ts';
import { findTestZig } from './zig.ts';

let compiled: Promise<string> | undefined;

/** The probe, compiled once a process. @returns its path */
export async function compiledProbe(): Promise<string> {
  compiled ??= (async () => {
    const output = join(await mkdtemp(join(tmpdir(), 'boardsmith-probe-program-')), 'probe');
    await compileProbe({ ...(await findTestZig()), output });
    return output;
  })();
  return await compiled;
}
