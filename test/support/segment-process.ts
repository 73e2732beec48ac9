import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** test/openwrt/programs/segments.c at work: namespaces and sockets that do what they are told, line by line. */
export class SegmentProcess {
  readonly #child: ChildProcess;
  readonly #waiting: { lines: string[]; done: (lines: string[]) => void; failed: (error: Error) => void }[] =
    [];

  /** @param program the compiled segments.c; it runs as root of a network namespace of its own */
  constructor(program: string) {
    const user = process.getuid!() === 0 ? [] : ['--user', '--map-root-user'];
    this.#child = spawn('unshare', [...user, '--net', '--', program], { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    this.#child.stderr!.on('data', (text) => {
      errors += text;
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const first = this.#waiting[0];
      if (line === 'ok') this.#waiting.shift()?.done(first!.lines);
      else first?.lines.push(line);
    });
    this.#child.on('close', () => {
      for (const { lines, failed } of this.#waiting) failed(new Error(`${lines.join('\n')}\n${errors}`));
    });
  }

  /** Lines to obey, in order; what each answered. */
  async tell(...lines: readonly string[]): Promise<string[][]> {
    const answers = lines.map(
      async () =>
        await new Promise<string[]>((done, failed) => {
          this.#waiting.push({ lines: [], done, failed });
        }),
    );
    this.#child.stdin!.write(lines.map((line) => `${line}\n`).join(''));
    return await Promise.all(answers);
  }

  close(): void {
    this.#child.stdin!.end();
  }
}
