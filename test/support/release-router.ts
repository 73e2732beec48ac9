import { type ClosedRouter, closedFiles, policyMarker } from '../../openwrt/release/closed/closed-files.ts';
import { noServices } from '../../openwrt/release/closed/management-services.ts';
import type { ReleaseRouter } from '../../openwrt/release/plan-release-image.ts';
import type { RouterFile } from '../../openwrt/release/router-file.ts';
import { testRelease } from './openwrt-mirror.ts';

/** The files of a policy, as short as they can be: what is in them is not read by what lays them into an image. */
export const testPolicy: readonly RouterFile[] = [
  { path: '/etc/config/network', mode: 0o600, content: "config interface 'loopback'\n" },
  { path: '/etc/config/system', mode: 0o644, content: "config system\n\toption hostname 'router'\n" },
  {
    path: '/etc/boardsmith/ruleset.nft',
    mode: 0o644,
    content: [
      'table inet boardsmith {',
      '\tset sources {',
      '\t\ttype ifname . ipv4_addr',
      '\t\tcounter',
      '\t\telements = { "board" . 10.0.1.2 }',
      '\t}',
      '\tchain ingress {',
      '\t\ttype filter hook prerouting priority -450; policy accept;',
      '\t\tiifname "board" iifname . ip saddr @sources accept',
      '\t\tiifname "board" meta nfproto ipv4 counter drop',
      '\t}',
      '}',
      'table arp boardsmith {',
      '\tchain input { type filter hook input priority 0; policy accept; }',
      '}',
      '',
    ].join('\n'),
  },
  { path: '/etc/config/firewall', mode: 0o600, content: "config rule\n\toption name 'board to uplink'\n" },
];

export const closedRouter: ClosedRouter = { services: noServices, policy: testPolicy };
/** By which a ruleset is known to be of this policy. */
export const testMarker = policyMarker(testPolicy);

export const testRouter: ReleaseRouter = {
  release: { ...testRelease, packages: ['nftables'] },
  router: closedRouter,
  imageType: 'sdcard',
  fileSystem: 'squashfs',
  rootMiB: 64,
  name: 'test-cluster',
};

/** What is laid into the image of a router. */
export function filesOf(router: ClosedRouter): RouterFile[] {
  return closedFiles(router).map(({ path, mode, content }) => ({ path, mode, content }));
}
