/** Writes one event of the daemon's life. */
export type EventLog = (event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Lines that may come at once, and how many a second after that: the console of a board is a slow serial line. */
const burst = 40;
const linesPerSecond = 10;
const longestText = 300;

/**
 * A log of JSON lines: `{"time":…,"event":…}`. It is bounded: long texts are cut, and a flood of events becomes a count
 * (`"suppressed":N` in the next line that is written). `now` gives Unix time in milliseconds.
 */
export function createEventLog(write: (line: string) => void, now: () => number = Date.now): EventLog {
  let allowance = burst;
  let suppressed = 0;
  let before = now();
  return (event, fields = {}) => {
    const time = now();
    // The clock of a board jumps when it learns the time: never let it take allowance away.
    allowance = Math.min(burst, allowance + (Math.max(0, time - before) * linesPerSecond) / 1000);
    before = time;
    if (allowance < 1) {
      suppressed++;
      return;
    }
    allowance--;
    const line: Record<string, unknown> = { time: new Date(time).toISOString(), event };
    for (const [name, value] of Object.entries(fields)) {
      line[name] =
        typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText)}…` : value;
    }
    if (suppressed > 0) line.suppressed = suppressed;
    suppressed = 0;
    write(`${JSON.stringify(line)}\n`);
  };
}
