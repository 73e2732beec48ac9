import type { Policy } from '../policy/policy.ts';
import { arpPackets } from './meaning/arp.ts';
import { arrival, notInvalid } from './meaning/arrival.ts';
import { departure } from './meaning/departure.ts';
import { forwarded } from './meaning/forwarded.ts';
import { routerServices } from './meaning/router-services.ts';
import { destinationTranslation, sourceTranslation } from './meaning/translation.ts';
import type { AllowedPackets } from './meaning/vocabulary.ts';
import type { PacketClass } from './packet-class.ts';

/** A packet passes if something allows it, and every condition has a class that holds it. */
export interface PolicyPackets {
  readonly allowed: readonly AllowedPackets[];
  readonly conditions: readonly { readonly what: string; readonly packets: readonly PacketClass[] }[];
}

/** The packets that a policy lets pass, from docs/router-policy.md alone: nothing of the compiler is known here. */
export function policyPackets(policy: Policy): PolicyPackets {
  return {
    allowed: [...forwarded(policy), ...routerServices(policy), ...arpPackets(policy)],
    conditions: [
      { what: 'the checks of what comes in at a link', packets: arrival(policy) },
      { what: 'the state of its connection', packets: notInvalid() },
      { what: 'the translation of destinations', packets: destinationTranslation(policy) },
      { what: 'the translation of sources', packets: sourceTranslation(policy) },
      { what: 'the check of sources that leave through the uplink', packets: departure(policy) },
    ],
  };
}
