import { type ClosedRouter, closedFiles, policyMarker } from '../../openwrt/release/closed/closed-files.ts';
import { noServices } from '../../openwrt/release/closed/management-services.ts';
import type { ReleaseRouter } from '../../openwrt/release/plan-release-image.ts';
import type { RouterFile } from '../../openwrt/release/router-file.ts';
import { testRelease } from './openwrt-mirror.ts';

/** The files of a policy, as short as they can be: what is in them is not read by what lays them into an image. */
export const testPolicy: readonly RouterFile[] = [
  { path: '/etc/config/network', mode: 0o600, content: "config interface 'loopback'\n" },
  { path: '/etc/config/system', mode: 0o644, content: "config system\n\toption hostname 'router'\n" },
  { path: '/etc/config/firewall', mode: 0o600, content: "config rule\n\toption name 'board to uplink'\n" },
];

export const closedRouter: ClosedRouter = { services: noServices, policy: testPolicy };
/** By which a ruleset is known to be of this policy. */
export const testMarker = policyMarker(testPolicy);

export const testRouter: ReleaseRouter = {
  release: { ...testRelease, packages: ['nftables'] },
  router: closedRouter,
  imageType: 'sdcard',
  rootMiB: 64,
  name: 'test-cluster',
};

/** What is laid into the image of a router. */
export function filesOf(router: ClosedRouter): RouterFile[] {
  return closedFiles(router).map(({ path, mode, content }) => ({ path, mode, content }));
}
