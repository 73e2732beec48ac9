/** Boot loaders have a package for each group of boards. */
const sourceNames: readonly (readonly [RegExp, string])[] = [[/^u-boot-/, 'u-boot']];

/** Name of the source package that a binary package of Debian is built from. */
export function debianSourceName(binary: string): string {
  return sourceNames.find(([pattern]) => pattern.test(binary))?.[1] ?? binary;
}

/** Whether a package is a kernel of Debian's: its patched sources are a package too, with a version of its own name. */
export function isKernelPackage(name: string): boolean {
  return name.startsWith('linux-image-');
}

/** The package that has the sources of the kernels of its version. Debian's archive drops their tarballs sooner than it. */
export const kernelSourcePackage = 'linux-source';
