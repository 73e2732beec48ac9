/** Seconds since 1970 of a lock's date (YYYY-MM-DD), midnight UTC: the time stamp of everything in an image. */
export function timeStampOf(date: unknown): number {
  const seconds = Date.parse(`${String(date)}T00:00:00Z`) / 1000;
  if (!Number.isInteger(seconds)) throw new RangeError(`not a date: ${String(date)}`);
  return seconds;
}
