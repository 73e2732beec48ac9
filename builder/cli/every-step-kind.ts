import { releaseImplementations, releaseStepKinds } from '../../openwrt/release/steps/release-kinds.ts';
import type { Implementations } from '../plan/plan-builder.ts';
import { stepImplementations, stepKinds } from '../steps/all-kinds.ts';
import type { StepKind } from '../steps/step-kind.ts';

/** The builder's kinds of steps, and those of a router that is an OpenWrt release, by name. */
export const everyStepKind: ReadonlyMap<string, StepKind> = new Map([...stepKinds, ...releaseStepKinds]);

/** kind → digest of its code. */
export function everyImplementation(): Implementations {
  return { ...stepImplementations(), ...releaseImplementations() };
}
