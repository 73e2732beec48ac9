import type { HostArchitecture, InputRequest, Lock } from '../lock/lock-format.ts';
import { lookUp } from '../lock/look-up.ts';
import type { StepInput } from './step.ts';

/** Answers requests from the lock, as an input of a step. */
export type Locked = (...requests: readonly InputRequest[]) => StepInput;

/** @throws (the returned function) BoardsmithError LOCK_INVALID for a request that the lock does not answer */
export function lockedInputs(lock: Lock, hostArchitecture: HostArchitecture): Locked {
  return (...requests) => ({
    from: 'lock',
    entries: requests.flatMap((request) => lookUp(lock, request, hostArchitecture)),
  });
}
