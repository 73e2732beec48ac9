/**
 * `8:16` of a block device, as sysfs names it. Linux: include/linux/kdev_t.h, new_encode_dev, and glibc's makedev above it: the major's lower 12 bits
 * and the minor's lower 8, then the minor's upper 12 and the major's upper 20.
 */
export function deviceNumberOf({ rdev }: { readonly rdev: number }): string {
  const number = BigInt(rdev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
