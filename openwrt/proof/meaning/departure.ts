import type { Policy } from '../../policy/policy.ts';
import { outside, point } from '../interval.ts';
import { crossed, type PacketClass, wholeField } from '../packet-class.ts';
import { etherTypes, paths } from '../packet-fields.ts';
import { address, allAddresses, device, ipFamilies, ofFamily, ownNetworks, state } from './vocabulary.ts';

const stays: readonly PacketClass[] = [{ path: [point(paths.input)] }, { protocol: [point(etherTypes.arp)] }];

/** Of new connections, whose source is translated: those that leave through the uplink from a board's address, and no others. */
export function masquerade(policy: Policy): PacketClass[] {
  const untranslated: PacketClass = { state: state('new'), statusSnat: [point(0)] };
  const later: PacketClass = { state: outside(wholeField('state'), state('new')) };
  if (policy.uplink === null) return [...stays, later, untranslated];
  const uplink = device(policy.uplink.device);
  return [
    ...stays,
    later,
    { ...untranslated, oif: outside(wholeField('oif'), uplink) },
    ...ipFamilies.flatMap((family) => {
      const boards = policy.boards.flatMap((board) =>
        board[family] === null ? [] : address(board[family].board),
      );
      return crossed(
        [{ ...ofFamily(family), state: state('new'), oif: uplink }],
        [
          { statusSnat: [point(1)], source: boards },
          { statusSnat: [point(0)], source: outside(allAddresses[family], boards) },
        ],
      );
    }),
  ];
}

/** After translation nothing whose source lies in an own network leaves through the uplink. */
export function departure(policy: Policy): PacketClass[] {
  if (policy.uplink === null) return [{}];
  const uplink = device(policy.uplink.device);
  return [
    ...stays,
    { oif: outside(wholeField('oif'), uplink) },
    ...ipFamilies.flatMap((family) => {
      const strangers = outside(allAddresses[family], ownNetworks(policy, family));
      return crossed(
        [{ ...ofFamily(family), oif: uplink }],
        [
          { direction: [point(0)], statusSnat: [point(0)], source: strangers },
          { direction: [point(1)], statusDnat: [point(0)], source: strangers },
          { direction: [point(0)], statusSnat: [point(1)], translatedSource: strangers },
          { direction: [point(1)], statusDnat: [point(1)], translatedSource: strangers },
        ],
      );
    }),
  ];
}
