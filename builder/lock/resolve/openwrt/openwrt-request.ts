import { BoardsmithError } from '../../../error/boardsmith-error.ts';
import { isTakenRelease, oldestRelease } from '../../../recipe/openwrt-device.ts';
import type { OpenwrtRequest } from './package-recorder.ts';

export interface RouterRelease {
  /** `25.12.5`. */
  readonly version: string;
  /** Target and subtarget: `armsr/armv8`. */
  readonly target: string;
  /** `generic`, `xunlong_orangepi-prime`. */
  readonly profile: string;
  /** To add to the profile's own, or with a `-` before the name to leave out. */
  readonly packages: readonly string[];
}

// All four become parts of paths, of a command line and of make's variables: none may hold a space, a `$`, a slash more or a dot first.
const version = /^\d\d\.\d\d\.\d+(-rc\d+)?$/;
const target = /^[a-z0-9]+\/[a-z0-9_]+$/;
const profile = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;
const packageName = /^-?[a-z0-9][a-z0-9._+-]*$/;

/**
 * What to lock for an image of a release. The order of the packages does not count.
 * @throws BoardsmithError RECIPE_INVALID with everything that is malformed or contradicts itself
 */
export function openwrtRequest(release: RouterRelease): OpenwrtRequest {
  const packages = [...new Set(release.packages)].sort();
  const problems = [
    ...(version.test(release.version)
      ? []
      : [`${release.version} is no version of a release, as 25.12.5 is`]),
    ...(version.test(release.version) && !isTakenRelease(release.version)
      ? [`OpenWrt ${release.version} is older than ${oldestRelease}, the oldest that is taken`]
      : []),
    ...(target.test(release.target)
      ? []
      : [`${release.target} is no target with its subtarget, as armsr/armv8 is`]),
    ...(profile.test(release.profile) ? [] : [`${release.profile} is no name of a profile`]),
    ...packages.filter((name) => !packageName.test(name)).map((name) => `${name} is no name of a package`),
    ...packages
      .filter((name) => packages.includes(`-${name}`))
      .map((name) => `the package ${name} is both asked for and left out`),
  ];
  if (problems.length > 0) {
    throw new BoardsmithError('RECIPE_INVALID', "the router's OpenWrt release is not named well", {
      problems,
      hint: 'write the names as they stand in the release, and run the same command again',
    });
  }
  return {
    kind: 'openwrt',
    version: release.version,
    target: release.target,
    profile: release.profile,
    packages,
    host: false,
  };
}

/** The request of an id as it stands in a lock (`openwrt:VERSION:TARGET:PROFILE:PACKAGES`); null for another kind's. */
export function parseOpenwrtRequest(id: string): OpenwrtRequest | null {
  const [kind, version, target, profile, packages, ...rest] = id.split(':');
  if (kind !== 'openwrt' || version === undefined || target === undefined || profile === undefined)
    return null;
  if (packages === undefined || rest.length > 0) return null;
  return openwrtRequest({
    ...{ version, target, profile },
    packages: packages === '' ? [] : packages.split(','),
  });
}
