import { join } from 'node:path';
import type { ToolName } from '../../builder/toolchain/tools.ts';
import { lockedTool } from './locked-tools.ts';
import type { MirrorOptions } from './openwrt-mirror.ts';

/** The programs of an ImageBuilder's that pack file systems: the real ones, from the lock. */
export async function imagePackers(): Promise<Pick<MirrorOptions, 'mksquashfs' | 'mke2fs'>> {
  return {
    mksquashfs: await script('squashfs', 'usr/bin/mksquashfs'),
    mke2fs: await script('ext4', 'usr/sbin/mke2fs'),
  };
}

/** Those that make a FAT as armsr's images have one. */
export async function fatPackers(): Promise<Readonly<Record<string, string>>> {
  return {
    'mkfs.fat': await script('fat', 'usr/sbin/mkfs.fat'),
    mcopy: await script('fat', 'usr/bin/mcopy'),
    mmd: await script('fat', 'usr/bin/mmd'),
  };
}

async function script(tool: ToolName, program: string): Promise<string> {
  const folder = await lockedTool(tool);
  const libraries = join(folder, 'usr/lib/x86_64-linux-gnu');
  const name = program.split('/').at(-1)!;
  return [
    '#!/bin/sh',
    `exec ${libraries}/ld-linux-x86-64.so.2 --inhibit-cache --library-path ${libraries} --argv0 ${name} ${folder}/${program} "$@"`,
    '',
  ].join('\n');
}
