import { isNamed } from './sha256sums.ts';

/** Where a release's files for one target lie below a mirror's root. @param target `armsr/armv8` */
export function targetFolder(version: string, target: string): string {
  return `releases/${version}/targets/${target}`;
}

/**
 * The ImageBuilder's file. There is one for each target, for x86-64 Linux alone; how it is packed is told by the release's list: with zstd
 * from 24.10 on, before with xz.
 * @returns its name, or what is wrong with the list, in words
 */
export function findImageBuilder(
  sums: string,
  version: string,
  target: string,
): { readonly name: string } | { readonly problem: string } {
  const stem = `openwrt-imagebuilder-${version}-${target.replace('/', '-')}.Linux-x86_64.tar`;
  const names = ['zst', 'xz'].map((ending) => `${stem}.${ending}`);
  const listed = names.filter((name) => isNamed(sums, name));
  if (listed.length === 2) return { problem: `sha256sums names both ${listed.join(' and ')}` };
  return { name: listed[0] ?? names[0]! };
}
