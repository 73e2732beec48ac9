/** System calls that a runtime makes, and why. Everything that is not named here is refused. */
export interface CallGroup {
  readonly reason: string;
  readonly calls: readonly string[];
}
