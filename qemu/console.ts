import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import { type BootFailure, type FailureKind, failureOf } from './boot-failure.ts';
import { type ConsoleMeaning, classifyLine, classifyPrompt } from './console-line.ts';
import { LineSplitter } from './line-splitter.ts';

/** One line of the console, classified. */
export interface ConsoleLine {
  /** Number of the line since power-on, from 0. */
  readonly index: number;
  /** Milliseconds since power-on on this machine's monotonic clock, when the line's end arrived. */
  readonly atMs: number;
  readonly text: string;
  readonly meaning: ConsoleMeaning;
}

export interface WaitOptions {
  /** What is waited for, for the error: `the daemon's ready line`. */
  readonly description: string;
  /** Milliseconds from now, already scaled by the machine's speed. */
  readonly timeoutMs: number;
  /** Lines before this index do not count; 0, the default, is power-on. */
  readonly since?: number;
  /** Failures that do not end the wait. */
  readonly expected?: readonly FailureKind[];
  readonly signal?: AbortSignal;
}

export interface ConsoleOptions {
  readonly recipe: string;
  /** performance.now() at power-on. */
  readonly powerOn: number;
  /** Called for every line as it arrives. */
  readonly onLine?: (line: ConsoleLine) => void;
}

/** Lines kept for waits and for quotes in errors. A boot has some hundreds; a daemon that talks without end must not fill the memory. */
const historyLimit = 20_000;
/** Lines of the console that an error quotes. */
const quotedLines = 25;

type Check = () => void;

/**
 * A serial console, read event by event. Waits look at the lines in the order in which the machine wrote them, so what a wait comes to does
 * not depend on when it was begun.
 */
export class Console {
  readonly #options: ConsoleOptions;
  readonly #splitter = new LineSplitter();
  readonly #lines: ConsoleLine[] = [];
  readonly #checks = new Set<Check>();
  #dropped = 0;
  #prompt: ConsoleMeaning | null = null;
  #ended: BootFailure | null = null;

  constructor(options: ConsoleOptions) {
    this.#options = options;
  }

  /** Reads the stream to its end. Does not throw: how the machine ended is told to `end`. */
  attach(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => this.push(chunk));
    stream.on('error', () => {});
  }

  push(bytes: Uint8Array): void {
    for (const text of this.#splitter.push(bytes)) this.#add(text, classifyLine(text, this.#options.recipe));
    this.#prompt = classifyPrompt(this.#splitter.unfinished);
    this.#notify();
  }

  /** No more lines will come; waits that are not fulfilled fail with this. */
  end(failure: BootFailure): void {
    const rest = this.#splitter.end();
    if (rest !== null) this.#add(rest, classifyLine(rest, this.#options.recipe));
    this.#ended ??= failure;
    this.#notify();
  }

  /** The lines that are still kept, oldest first. */
  get lines(): readonly ConsoleLine[] {
    return this.#lines;
  }

  /** Index that the next line will have: `since` for a wait for something new. */
  get next(): number {
    return this.#dropped + this.#lines.length;
  }

  /** The last lines as text, the unfinished one included. */
  tail(count = quotedLines): string[] {
    const { unfinished } = this.#splitter;
    const texts = this.#lines.slice(-count).map(({ text }) => text);
    return unfinished === '' ? texts : [...texts, unfinished];
  }

  /**
   * Waits for the first line that matches.
   * @throws BoardsmithError BOOT_FAILED if a failure comes first, the machine ends or the time is up, with the last lines of the console;
   *   INTERRUPTED if the signal aborts
   */
  waitFor(matches: (line: ConsoleLine) => boolean, options: WaitOptions): Promise<ConsoleLine> {
    const expected = new Set(options.expected ?? []);
    let position = options.since ?? 0;
    const look = (): ConsoleLine | BootFailure | null => {
      for (const line of this.#lines.slice(Math.max(0, position - this.#dropped))) {
        position = line.index + 1;
        if (matches(line)) return line;
        const failure = failureOf(line.meaning);
        if (failure !== null && !expected.has(failure.kind)) return failure;
      }
      const prompt = this.#prompt === null ? null : failureOf(this.#prompt);
      if (prompt !== null && !expected.has(prompt.kind)) return prompt;
      return this.#ended;
    };
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs, description } = options;
      const settle = (end: () => void): void => {
        this.#checks.delete(check);
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        end();
      };
      const check = (): void => {
        const found = look();
        if (found === null) return;
        settle(() =>
          'index' in found ? resolve(found) : reject(this.#failed(found.message, description, found)),
        );
      };
      const aborted = (): void => {
        settle(() =>
          reject(
            new BoardsmithError('INTERRUPTED', `stopped while waiting for ${description}`, {
              cause: signal?.reason,
            }),
          ),
        );
      };
      const timer = setTimeout(() => {
        const message = `no sign of it in ${Math.round(timeoutMs / 1000)} s`;
        settle(() => reject(this.#failed(message, description)));
      }, timeoutMs);
      this.#checks.add(check);
      signal?.addEventListener('abort', aborted);
      if (signal?.aborted === true) aborted();
      else check();
    });
  }

  #failed(message: string, description: string, failure?: BootFailure): BoardsmithError {
    return new BoardsmithError('BOOT_FAILED', `waited for ${description}: ${message}`, {
      hint: 'the last lines of the console are above; the whole log begins with the command line of QEMU',
      problems: this.tail(),
      ...(failure === undefined ? {} : { cause: failure }),
    });
  }

  #add(text: string, meaning: ConsoleMeaning): void {
    const atMs = performance.now() - this.#options.powerOn;
    const line: ConsoleLine = { index: this.next, atMs, text, meaning };
    this.#lines.push(line);
    // In one go, not a line at a time: shift() on a long array costs.
    if (this.#lines.length > historyLimit) {
      const surplus = historyLimit / 2;
      this.#lines.splice(0, surplus);
      this.#dropped += surplus;
    }
    this.#options.onLine?.(line);
  }

  #notify(): void {
    for (const check of [...this.#checks]) check();
  }
}

/** Matches a line of init with this event, and with these fields if any are given. */
export function isEvent(name: string, fields: Readonly<Record<string, unknown>> = {}) {
  return ({ meaning }: ConsoleLine): boolean =>
    meaning.kind === 'event' &&
    meaning.event.event === name &&
    Object.entries(fields).every(([field, value]) => meaning.event[field] === value);
}
