import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Link } from '../network/link.ts';
import { pcapHeader, pcapRecord } from '../network/pcap.ts';

/**
 * Records every frame of every cable, for people: one file a cable, `<folder>/<name>.pcap`, as Wireshark and tcpdump read them. Frames that the stage puts in are there too.
 * @returns ends it, when all is written
 */
export async function captureLinks(
  links: ReadonlyMap<string, Link>,
  folder: string,
): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const began = performance.now();
  const ends = [...links].map(([name, link]) => {
    const file = createWriteStream(join(folder, `${name}.pcap`));
    file.write(pcapHeader());
    const stop = link.watch(({ frame }) => file.write(pcapRecord(performance.now() - began, frame)));
    return async (): Promise<void> => {
      stop();
      await new Promise((resolve) => file.end(resolve));
    };
  });
  return async () => {
    await Promise.all(ends.map((end) => end()));
  };
}
