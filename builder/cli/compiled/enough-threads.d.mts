/** See enough-threads.mjs. */
export function threadsNeeded(parameters: readonly string[]): number | null;
export function runWithThreads(threads: number): Promise<number>;
