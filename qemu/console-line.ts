/** A line that init wrote (overlays/init/README.md). */
export interface InitEvent {
  readonly event: string;
  /** Milliseconds since the kernel started. */
  readonly uptime_ms: number;
  readonly [field: string]: unknown;
}

/** What a console line is. `mark` names the lines that something depends on. */
export type ConsoleMeaning =
  | { readonly kind: 'event'; readonly event: InitEvent }
  /** Begins like an event and is none: damaged on the way, e.g. by a kernel message in its middle. */
  | { readonly kind: 'damaged-event'; readonly reason: string }
  | { readonly kind: 'daemon'; readonly text: string }
  /** What the kernel or the daemon wrote last before this boot. */
  | { readonly kind: 'trace'; readonly of: 'kernel' | 'daemon'; readonly text: string }
  | { readonly kind: 'firmware'; readonly mark: 'banner' | 'starting-kernel' | 'error' | 'prompt' }
  | { readonly kind: 'kernel'; readonly mark: 'version' | 'panic' | 'oops' | 'no-root' | 'no-kaslr' }
  | { readonly kind: 'bare-runtime'; readonly runtime: string }
  | { readonly kind: 'other' };

const eventPrefix = 'BOARDSMITH ';

/**
 * Classifies one line of the console.
 * @param recipe name of the daemon, whose output init prefixes with `<recipe>| `
 */
export function classifyLine(text: string, recipe: string): ConsoleMeaning {
  const daemonPrefix = `${recipe}| `;
  if (text.startsWith(daemonPrefix)) {
    const said = text.slice(daemonPrefix.length);
    const runtime = bareRuntime(said);
    return runtime === undefined ? { kind: 'daemon', text: said } : { kind: 'bare-runtime', runtime };
  }
  // An empty line of the daemon: its trailing space is gone.
  if (text === `${recipe}|`) return { kind: 'daemon', text: '' };
  // No recipe's name holds a space.
  const trace = /^last (kernel|daemon)\| ?(.*)$/s.exec(text);
  if (trace !== null) return { kind: 'trace', of: trace[1] as 'kernel' | 'daemon', text: trace[2]! };
  if (text.startsWith(eventPrefix)) return readEvent(text.slice(eventPrefix.length));
  const runtime = bareRuntime(text);
  if (runtime !== undefined) return { kind: 'bare-runtime', runtime };
  return firmwareLine(text) ?? kernelLine(text) ?? { kind: 'other' };
}

/** An unfinished line that is a prompt: someone waits for a person who is not there. Only the whole line counts. */
export function classifyPrompt(unfinished: string): ConsoleMeaning | null {
  if (/^(=>|U-Boot>)$/.test(unfinished)) return { kind: 'firmware', mark: 'prompt' };
  if (unfinished === '>') return { kind: 'bare-runtime', runtime: 'a JavaScript prompt' };
  return null;
}

function readEvent(json: string): ConsoleMeaning {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'damaged-event', reason: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'damaged-event', reason: 'not an object' };
  }
  const { event, uptime_ms: uptime } = value as Record<string, unknown>;
  if (typeof event !== 'string' || event === '') return { kind: 'damaged-event', reason: 'no event name' };
  if (typeof uptime !== 'number' || !Number.isSafeInteger(uptime) || uptime < 0) {
    return { kind: 'damaged-event', reason: 'no uptime_ms' };
  }
  return { kind: 'event', event: value as InitEvent };
}

/** A runtime that started without its program greets (Node's REPL) or prints its usage (Bun). */
function bareRuntime(text: string): string | undefined {
  if (/^Welcome to Node\.js v\d/.test(text)) return 'Node';
  if (/^Bun is a fast JavaScript runtime/.test(text)) return 'Bun';
  return undefined;
}

const firmwareErrors = [
  /^\(0 bootflows, 0 valid\)/,
  /^No more bootdevs/,
  /^Boot failed/i,
  /^ERROR: (?:can't get kernel image|Did not find a cmdline Flattened Device Tree)/,
  /^(?:Bad Linux ARM64 Image magic!|Wrong Image (?:Format|Type))/,
  /^### ERROR ### Please RESET the board ###/,
  /^Bad (?:CRC|Data CRC|Header Checksum)/i,
  /^"Synchronous Abort" handler/,
  /^Skipping .* for failure retrieving/,
];

function firmwareLine(text: string): ConsoleMeaning | undefined {
  if (/^U-Boot (?:SPL )?\d{4}\.\d{2}/.test(text)) return { kind: 'firmware', mark: 'banner' };
  if (/^Starting kernel \.\.\./.test(text)) return { kind: 'firmware', mark: 'starting-kernel' };
  if (/^=>(?: |$)/.test(text)) return { kind: 'firmware', mark: 'prompt' };
  if (firmwareErrors.some((pattern) => pattern.test(text))) return { kind: 'firmware', mark: 'error' };
  return undefined;
}

/** `[    1.234567] ` and, with CONFIG_PRINTK_CALLER, `[    T1] `; a kernel may have been built without either. */
const kernelStamp = /^\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])? /;

function kernelLine(text: string): ConsoleMeaning | undefined {
  const message = text.replace(kernelStamp, '');
  if (/^Linux version \d/.test(message)) return { kind: 'kernel', mark: 'version' };
  if (/Unable to mount root fs|Cannot open root device|No working init found/.test(message)) {
    return { kind: 'kernel', mark: 'no-root' };
  }
  if (/^(?:---\[ end )?Kernel panic - not syncing/.test(message)) return { kind: 'kernel', mark: 'panic' };
  if (/^(?:Internal error: |Oops|Unable to handle kernel )/.test(message))
    return { kind: 'kernel', mark: 'oops' };
  // arch/arm64/kernel/kaslr.c of Linux 6.12; a warning, so the board's command line must let warnings through.
  if (/^KASLR disabled\b/.test(message)) return { kind: 'kernel', mark: 'no-kaslr' };
  return undefined;
}
