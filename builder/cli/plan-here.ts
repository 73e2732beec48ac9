import { hostArchitecture } from '../lock/host-architecture.ts';
import { type PlanRequest, planImages } from '../plan/plan-images.ts';
import type { Plan } from '../plan/step.ts';
import { everyImplementation } from './every-step-kind.ts';
import { boardsmithRoot, builderVersion } from './workspace.ts';

/** Facts of a plan that are of this machine and this Boardsmith, whatever is planned. */
type HereFacts = 'hostArchitecture' | 'implementations' | 'version' | 'boardsmithRoot';

/**
 * Plans images with this Boardsmith, for a build on this machine.
 * @throws BoardsmithError LOCK_INVALID; HOST_UNSUITABLE
 */
export function planHere(request: Omit<PlanRequest, HereFacts>): Plan {
  return planImages({
    ...request,
    hostArchitecture: hostArchitecture(),
    implementations: everyImplementation(),
    version: builderVersion(),
    boardsmithRoot,
  });
}
