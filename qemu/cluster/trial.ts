/** What the policy wants, or what happened, to something that was sent. */
export type Fate = 'passes' | 'dropped';

/** One thing that was tried, and what came of it. */
export interface Trial {
  /** Name of a scenario: `matrix`, `spoofing` … */
  readonly scenario: string;
  /** Who sent it, in truth: name of a board, or `uplink`. */
  readonly from: string;
  /** Whom it was for: name of a board, `uplink` or `router`. */
  readonly to: string;
  /** In words, e.g. `tcp 10.77.0.2 > 10.77.0.6:6420`. */
  readonly what: string;
  /** `injected`: a frame put on the cable; `connection`: two images, or an image and the world, spoke with each other. */
  readonly means: 'injected' | 'connection' | 'observed';
  /** Id of the flow, forward or service that lets it pass; null if none does. */
  readonly flow: string | null;
  readonly expected: Fate;
  readonly observed: Fate;
  /** How it showed: where a frame came out, what a daemon answered. */
  readonly detail: string;
}

export function isAsExpected({ expected, observed }: Trial): boolean {
  return expected === observed;
}

/** A trial in one line, as a failure is told. */
export function trialText(trial: Trial): string {
  const { scenario, from, to, what, expected, observed, flow, detail } = trial;
  const named = flow === null ? '' : ` (${flow})`;
  const verdict =
    expected === observed
      ? observed
      : `${observed}, but ${expected === 'passes' ? 'must pass' : 'must be dropped'}`;
  return `${scenario}: ${from} to ${to}: ${what}${named}: ${verdict}${detail === '' ? '' : `; ${detail}`}`;
}
