import type { ResolvedCluster } from '../../builder/recipe/resolved-cluster.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReleaseRouter } from './plan-release-image.ts';
import { packagesOfPolicy, routerOfPolicy } from './router-of-policy.ts';

/**
 * The router of a cluster whose base is a release: which one, and what is laid into it.
 * @param policy of this cluster
 * @throws BoardsmithError RECIPE_INVALID if nobody could log in where management is named
 */
export function releaseRouterOf(cluster: ResolvedCluster, policy: Policy): ReleaseRouter {
  const { version, device, fileSystem, rootMiB, packages } = cluster.router.openwrt;
  // A rule of the cluster's file sees to it.
  if (device === null) throw new Error('nothing says what OpenWrt calls the router');
  return {
    release: {
      version,
      target: device.target,
      profile: device.profile,
      packages: [...packagesOfPolicy(policy), ...packages],
    },
    router: routerOfPolicy(policy, cluster.ssh.keys),
    imageType: device.image,
    fileSystem,
    rootMiB,
    name: cluster.name,
  };
}
