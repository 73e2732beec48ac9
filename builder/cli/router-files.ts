import type { Policy } from '../../openwrt/policy/policy.ts';
import { compileUci } from '../../openwrt/uci/compile-uci.ts';

/** Everything that is made of a policy for a router, by its path there, sorted. */
export function routerFiles(policy: Policy): Readonly<Record<string, string>> {
  return compileUci(policy);
}
