/** Upper bounds of the duration histogram, in seconds. */
export const durationBounds = [0.005, 0.02, 0.1, 0.5, 2, 10, 60] as const;

/** What the HTTP side counts. All labels come from fixed sets, so a client cannot make them grow. */
export class HttpCounters {
  /** By `route method status`. */
  readonly requests = new Map<string, number>();
  readonly durations: number[] = durationBounds.map(() => 0);
  durationSum = 0;
  durationCount = 0;
  receivedBytes = 0;
  sentBytes = 0;
  connections = 0;
  refusedConnections = 0;
  malformedRequests = 0;
  aborted = 0;

  /** A request is over. */
  finished(route: string, method: string, status: number, seconds: number): void {
    const key = `${route} ${method} ${status}`;
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
    for (const [index, bound] of durationBounds.entries()) if (seconds <= bound) this.durations[index]!++;
    this.durationSum += seconds;
    this.durationCount++;
  }
}
