import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { execa } from 'execa';

/** What numbers were measured on, for the head of a page. */
export async function describeMachine(): Promise<string> {
  const cpu =
    /^model name\s*:\s*(.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
  const { stdout } = await execa('qemu-system-aarch64', ['--version']);
  const qemu = /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpu}, ${availableParallelism()} cores, ${memory} GiB, QEMU ${qemu}`;
}
