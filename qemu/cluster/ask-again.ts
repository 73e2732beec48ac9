/**
 * Asks again and again.
 * @param listen hears answers and calls back with the one that counts; returns what ends its listening
 * @returns true when it was answered, false when the signal aborts before
 */
export async function askAgain(
  ask: () => void,
  everyMs: number,
  limit: AbortSignal,
  listen: (answered: () => void) => () => void,
): Promise<boolean> {
  return await new Promise((resolve) => {
    const end = (answered: boolean): void => {
      clearInterval(timer);
      stop();
      limit.removeEventListener('abort', late);
      resolve(answered);
    };
    const late = (): void => end(false);
    const stop = listen(() => end(true));
    const timer = setInterval(ask, everyMs);
    limit.addEventListener('abort', late);
    if (limit.aborted) late();
    else ask();
  });
}
