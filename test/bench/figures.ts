/** What was measured of one system that runs the daemon. Times in milliseconds, sizes in bytes unless a name says otherwise. */
export interface Figures {
  readonly name: string;
  /** Of what is stored of the image, without holes; and of the image as it is sent to somebody. */
  readonly imageBytes: number;
  readonly compressedBytes: number;
  /** Packed, as a release has it: Boardsmith's with `--dense`; a system without such a level as it is. */
  readonly releaseBytes: number;
  /** From QEMU's start to the first good answer of the daemon's health check over the network; the median of the boots. */
  readonly ready: number;
  /** From QEMU's start until init starts the daemon; null where nobody says so. */
  readonly daemonStarts: number | null;
  /** As `ready`, through the board's own boot loader; null where it was not measured. */
  readonly readyByBootLoader: number | null;
  /** Programs that run, kernel threads not counted. */
  readonly processes: number;
  /** Sockets that take connections or datagrams from anybody. */
  readonly listeningPorts: number;
  /** Resident memory of all programs together, and what the kernel says is not available any more. */
  readonly residentKiB: number;
  readonly usedKiB: number;
  readonly files: number;
  readonly elfFiles: number;
  readonly setuidFiles: number;
}

/** What of a file system counts. */
export interface FileCounts {
  readonly files: number;
  readonly elfFiles: number;
  readonly setuidFiles: number;
}

/** The middle one of a few numbers (of two, the greater). */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
