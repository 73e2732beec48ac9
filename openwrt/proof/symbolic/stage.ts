import type { BaseChain, Hook } from '../ruleset/ruleset.ts';

/** What has happened to a packet when a base chain sees it. */
export interface Stage {
  readonly hook: Hook;
  /** Fragments were put together (nf_defrag at -400). */
  readonly defragmented: boolean;
  /** Conntrack has looked at it (-200). */
  readonly tracked: boolean;
  /** The destination was translated, if it is (-100). */
  readonly destinationTranslated: boolean;
  /** The source was translated, if it is (100). */
  readonly sourceTranslated: boolean;
}

/** Priorities as in enum nf_ip_hook_priorities (linux/netfilter_ipv4.h). */
const priorities = {
  defragment: -400,
  track: -200,
  translateDestination: -100,
  translateSource: 100,
} as const;

export function stageOf({ hook, priority }: BaseChain): Stage {
  const entering = hook === 'prerouting' || hook === 'output';
  const after = (step: keyof typeof priorities): boolean => !entering || priority > priorities[step];
  return {
    hook,
    defragmented: after('defragment'),
    tracked: after('track'),
    destinationTranslated: after('translateDestination'),
    sourceTranslated: hook === 'postrouting' && priority > priorities.translateSource,
  };
}

/** Equal for equal stages. */
export const stageKey = (stage: Stage): string => Object.values(stage).join();
