import { openwrtRequest, type RouterRelease } from '../../builder/lock/resolve/openwrt/openwrt-request.ts';
import type { OpenwrtRequest } from '../../builder/lock/resolve/openwrt/package-recorder.ts';
import type { Locked } from '../../builder/plan/locked-input.ts';
import type { PlanBuilder } from '../../builder/plan/plan-builder.ts';
import type { StepInput } from '../../builder/plan/step.ts';
import type { ReleaseImage, RootKind } from './build-release-image.ts';
import { type ClosedRouter, closedFiles } from './closed/closed-files.ts';
import { leftOutPackages } from './closed/management-services.ts';

export interface ReleaseRouter {
  readonly release: RouterRelease;
  readonly router: ClosedRouter;
  /** As in `ReleaseImage`. */
  readonly imageType: string;
  readonly fileSystem: RootKind;
  readonly rootMiB: number;
  /** The cluster's name. */
  readonly name: string;
}

/**
 * What must be locked for a router: the release with the packages that the cluster asks for, less those of the services that it does not name.
 * @throws BoardsmithError RECIPE_INVALID
 */
export function releaseRequest({ release, router }: ReleaseRouter): OpenwrtRequest {
  const named = router.services.ssh === null ? [] : ['dropbear'];
  const web = router.services.web ? ['luci'] : [];
  return openwrtRequest({
    ...release,
    packages: ['firewall4', ...release.packages, ...named, ...web, ...leftOutPackages(router.services)],
  });
}

/**
 * Adds the step that builds the router's image. Pure.
 * @returns the link to its output
 * @throws BoardsmithError LOCK_INVALID (the release is not locked), RECIPE_INVALID, STEP_FAILED (a policy that would not be closed)
 */
export function planReleaseImage(builder: PlanBuilder, locked: Locked, router: ReleaseRouter): StepInput {
  const request = releaseRequest(router);
  const image: ReleaseImage = {
    request,
    files: closedFiles(router.router).map(({ path, mode, content }) => ({ path, mode, content })),
    services: router.router.services,
    imageType: router.imageType,
    fileSystem: router.fileSystem,
    rootMiB: router.rootMiB,
    name: router.name,
  };
  return builder.add({
    id: `openwrt-image:${router.name}`,
    kind: 'openwrt-image',
    title: `build the OpenWrt ${request.version} router of ${router.name}`,
    parameters: { image },
    inputs: { release: locked(request) },
  });
}
