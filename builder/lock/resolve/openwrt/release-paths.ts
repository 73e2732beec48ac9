/** Where a release's files for one target lie below a mirror's root. @param target `armsr/armv8` */
export function targetFolder(version: string, target: string): string {
  return `releases/${version}/targets/${target}`;
}

/** The ImageBuilder's file. There is one for each target, for x86-64 Linux alone; before 24.10 it was packed with xz, which is not taken. */
export function imageBuilderName(version: string, target: string): string {
  return `openwrt-imagebuilder-${version}-${target.replace('/', '-')}.Linux-x86_64.tar.zst`;
}
