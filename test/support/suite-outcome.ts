/** What one suite file came to. */
export interface SuiteOutcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Reads uvu's closing totals. A file that ends badly, or without totals, or in which nothing ran, has failed:
 * a pass that exercised nothing must not be possible.
 */
export function readSuiteOutcome(file: string, output: string, exitCode: number | null): SuiteOutcome {
  const total = lastNumber(output, 'Total');
  const passed = lastNumber(output, 'Passed') ?? 0;
  const skipped = lastNumber(output, 'Skipped') ?? 0;
  if (total === null || total + skipped === 0) return { file, passed, failed: 1, skipped };
  const failed = total - passed;
  return { file, passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped };
}

/** Lines of a suite that passed which a person must see all the same: what could not run, and what was done in another way (a renewed pin, say). */
export function remarks(output: string): readonly string[] {
  return [...new Set(output.match(/^(SKIP|NOTE) .*$/gm))];
}

function lastNumber(output: string, label: string): number | null {
  const matches = [...output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)`, 'gm'))];
  const last = matches.at(-1)?.[1];
  return last === undefined ? null : Number(last);
}
