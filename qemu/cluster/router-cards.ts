import type { BoardLink, Policy } from '../../openwrt/policy/policy.ts';

/** MAC of the router's card that its kernel calls `eth<number>`: locally administered, one for each. */
export function routerCardMac(number: number): string {
  return `02:b0:0d:00:00:${number.toString(16).padStart(2, '0')}`;
}

/** The kernel's numbers of the cards that a cluster's router has: without gaps, since a kernel numbers the cards that are there. */
export function routerCardNumbers(policy: Policy): number[] {
  const devices = [...policy.boards.map(portOf), ...(policy.uplink === null ? [] : [policy.uplink.device])];
  const most = Math.max(...devices.map(cardNumber));
  return Array.from({ length: most + 1 }, (_, number) => number);
}

/** The port that a board's cable ends in: its own, or its switch's trunk. */
export function portOf({ device, attachment }: BoardLink): string {
  return attachment.kind === 'vlan' ? attachment.trunk : device;
}

/** @param device `eth3` @throws RangeError for a device that is no card: QEMU's cards are numbered by the kernel */
export function cardNumber(device: string): number {
  const found = /^eth(0|[1-9]\d?)$/.exec(device);
  if (found === null) throw new RangeError(`the router's port ${device} is no card of a machine in QEMU`);
  return Number(found[1]);
}
