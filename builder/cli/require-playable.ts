import { isPlayed } from '../../openwrt/release/plan-release-disk.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ResolvedCluster } from '../recipe/resolved-cluster.ts';

/**
 * Says what of a router that is an OpenWrt release QEMU cannot play, before an image is built for it.
 * @throws BoardsmithError HOST_UNSUITABLE
 */
export function requirePlayable({ name, router, uplink }: ResolvedCluster): void {
  if (router.base !== 'openwrt') return;
  const { device } = router.openwrt;
  if (device === null || !isPlayed(device, router.board)) {
    throw new BoardsmithError(
      'HOST_UNSUITABLE',
      `QEMU cannot play ${device?.profile} of OpenWrt's target ${device?.target} on the board ${router.board.name}`,
      {
        hint: 'try the cluster with router.board: qemu-virt, which is armsr/armv8 there, or with --router embedded',
      },
    );
  }
  if (uplink?.ipv4.kind === 'pppoe') {
    throw new BoardsmithError('HOST_UNSUITABLE', `nothing here plays the other end of ${name}'s PPPoE`, {
      hint: 'try a copy of the cluster whose uplink has uplink.ipv4.dhcp',
    });
  }
}
