import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { testCache } from './places.ts';

/**
 * Puts all results of the tests' cache into another cache, as links: for a test that builds in a cache of its own, though not to see everything built.
 * What cannot be linked (another file system, a result that is being removed) is left out, and made anew there.
 */
export async function linkResults(cache: string): Promise<void> {
  const [from, to] = [join(testCache, 'built'), join(cache, 'built')];
  await mkdir(to, { recursive: true });
  for (const key of await readdir(from).catch((): string[] => [])) {
    const { failed } = await execa('cp', ['--archive', '--link', join(from, key), join(to, key)], {
      reject: false,
    });
    if (failed) await rm(join(to, key), { recursive: true, force: true });
  }
}
