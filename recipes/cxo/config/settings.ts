/** Everything that can be set, checked. Times are in milliseconds, sizes in bytes. */
export interface Settings {
  readonly dataFolder: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly quotaBytes: number | null;
  readonly freeReserveBytes: number;
  readonly maxObjectBytes: number;
  readonly maxConnections: number;
  /** For a request's complete header. */
  readonly headerTimeoutMs: number;
  /** For each 64 KiB that a client sends or takes. */
  readonly transferTimeoutMs: number;
  /** For the next request on an open connection. */
  readonly idleTimeoutMs: number;
  /** For requests in flight when the daemon is told to stop. */
  readonly stopTimeoutMs: number;
  readonly scrubBytesPerSecond: number;
  readonly scrubPauseMs: number;
  /** Whether every request is logged, or only what is out of the ordinary. */
  readonly logRequests: boolean;
  /** Descriptor to tell that the daemon is ready, or null. */
  readonly readyDescriptor: number | null;
}
