import type { Policy } from '../../policy/policy.ts';
import { outside, point } from '../interval.ts';
import { crossed, type PacketClass, wholeField } from '../packet-class.ts';
import { etherTypes, paths } from '../packet-fields.ts';
import { allAddresses, device, ipFamilies, ofFamily, ownNetworks } from './vocabulary.ts';

const stays: readonly PacketClass[] = [{ path: [point(paths.input)] }, { protocol: [point(etherTypes.arp)] }];

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
