/** What a release of OpenWrt calls some hardware. */
export interface OpenwrtDevice {
  /** Target and subtarget: `armsr/armv8`. */
  readonly target: string;
  /** `generic`, `friendlyarm_nanopi-neo-plus2`. */
  readonly profile: string;
  /** The type of the image that is all of a disk: `combined-efi` (armsr), `sdcard` (sunxi). */
  readonly image: string;
}

/** The first that is signed by the key that signs them all since, and whose firewall behaves as the policy's compiler expects. */
export const oldestRelease = '23.05.0';

/** Whether a version (`24.10.4`, well formed) is not older than that. Candidates of a release are before it. */
export function isTakenRelease(version: string): boolean {
  const [year, month] = version.split('.').map(Number) as [number, number];
  return year > 23 || (year === 23 && month >= 5);
}

/** The release of which hashes are known that no mirror was asked for (builder/lock/resolve/openwrt/known-releases.ts). */
export const defaultOpenwrtVersion = '25.12.5';
